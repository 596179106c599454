import { Readable } from "node:stream";
import type { Database } from "../../lib/runtime/dynamodb.ts";

interface Exchange {
  readonly response: { body: Readable };
}
type Handle = (request: { body: string | Uint8Array }, ...rest: unknown[]) => Promise<Exchange>;

/**
 * Keeps DynamoDB's answers, so that the same requests can be answered again from memory: what is left to measure is
 * our own work.
 */
export function recordAnswers(db: Database): { replay(): void; restore(): void } {
  const handler = db.client.config.requestHandler as unknown as { handle: Handle };
  const real = handler.handle.bind(handler);
  const kept = new Map<string, { exchange: Exchange; bytes: Buffer }>();
  const again = ({ exchange, bytes }: { exchange: Exchange; bytes: Buffer }): Exchange => {
    const response = Object.create(Object.getPrototypeOf(exchange.response), {
      ...Object.getOwnPropertyDescriptors(exchange.response),
      body: { value: Readable.from([bytes]), writable: true, enumerable: true },
    });
    return { ...exchange, response };
  };
  handler.handle = async (request, ...rest) => {
    const exchange = await real(request, ...rest);
    const bytes = Buffer.concat(await exchange.response.body.toArray());
    kept.set(textOf(request), { exchange, bytes });
    return again({ exchange, bytes });
  };
  return {
    replay: () => {
      handler.handle = async (request) => {
        const answer = kept.get(textOf(request));
        if (!answer) throw new Error("this request has not been made before");
        return again(answer);
      };
    },
    restore: () => {
      handler.handle = real;
    },
  };
}

function textOf({ body }: { body: string | Uint8Array }): string {
  return typeof body === "string" ? body : new TextDecoder().decode(body);
}
