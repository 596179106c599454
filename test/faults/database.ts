import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Agent, request } from "undici";

/** What can go wrong with one call of DynamoDB. */
export const DATABASE_FAULTS = [
  /** Too much at once: nothing was done. */
  "throttled",
  /** Nothing was done. */
  "serverError",
  /** The connection breaks before the call arrives. */
  "droppedBefore",
  /** It was done, and the connection breaks before the answer. */
  "droppedAfter",
  /** A batch of which nothing was read or written; other calls are throttled. */
  "unprocessed",
] as const;
export type DatabaseFault = (typeof DATABASE_FAULTS)[number];

export interface FaultyDatabase {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Stands before a DynamoDB and lets go wrong what `faultOf` says of the n-th call (from 1) and its operation. */
export async function startFaultyDatabase(
  target: string,
  faultOf: (n: number, operation: string) => DatabaseFault | undefined,
): Promise<FaultyDatabase> {
  const dispatcher = new Agent({ connections: 64 });
  let calls = 0;
  const server = createServer((message, response) => {
    calls++;
    const operation = String(message.headers["x-amz-target"]).split(".")[1] ?? "";
    pass(message, response, { target, dispatcher }, faultOf(calls, operation)).catch(() =>
      response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dispatcher.close();
    },
  };
}

async function pass(
  message: IncomingMessage,
  response: ServerResponse,
  { target, dispatcher }: { target: string; dispatcher: Agent },
  fault: DatabaseFault | undefined,
): Promise<void> {
  const body = await buffer(message);
  const operation = String(message.headers["x-amz-target"]).split(".")[1];
  if (fault === "droppedBefore") return void message.socket.resetAndDestroy();
  if (fault === "serverError") return refuse(response, 500, "InternalServerError");
  if (fault === "unprocessed" && operation?.startsWith("Batch"))
    return leaveUnprocessed(response, operation, body);
  if (fault === "throttled" || fault === "unprocessed") {
    return refuse(response, 400, "ProvisionedThroughputExceededException");
  }
  const { connection: _, "content-length": __, "transfer-encoding": ___, ...headers } = message.headers;
  const answer = await request(target, { method: "POST", headers, body, dispatcher });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  if (fault === "droppedAfter") return void message.socket.resetAndDestroy();
  const { connection: ____, "keep-alive": _____, ...answered } = answer.headers;
  response.writeHead(answer.statusCode, answered).end(bytes);
}

function refuse(response: ServerResponse, status: number, name: string): void {
  const type = `com.amazonaws.dynamodb.v20120810#${name}`;
  send(response, status, { __type: type, message: "a seeded fault" });
}

function leaveUnprocessed(response: ServerResponse, operation: string, body: Buffer): void {
  const { RequestItems } = JSON.parse(body.toString()) as { RequestItems: unknown };
  const isRead = operation === "BatchGetItem";
  const left = isRead ? { Responses: {}, UnprocessedKeys: RequestItems } : { UnprocessedItems: RequestItems };
  send(response, 200, left);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
}
