import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  GENERAL_ERROR,
  type Page,
  type Refusal,
  renderAnswer,
  TOO_MANY_REQUESTS,
  UNAVAILABLE,
} from "./answer.ts";
import type { Fault } from "./faults.ts";
import type { Random } from "./random.ts";
import type { Format } from "./reports.ts";

const HTML =
  "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Please sign in.</p></body></html>";
const REFUSALS: Record<429 | 500 | 503, Refusal> = {
  429: TOO_MANY_REQUESTS,
  500: GENERAL_ERROR,
  503: UNAVAILABLE,
};

/** Sends the page, or what the fault leaves of it. An abort of `signal` ends every wait. */
export async function deliver(
  response: ServerResponse,
  page: Page,
  fault: Fault | undefined,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  switch (fault?.kind) {
    case "lost":
      return disconnect(response);
    case "reset":
      return cutOff(response, page, fault.at === "in" ? page.body.length >> 1 : page.body.length);
    case "truncated":
      return sendPage(response, {
        ...page,
        body: page.body.subarray(0, random.int(1, page.body.length - 1)),
      });
    case "html":
      return sendPage(response, {
        ...page,
        headers: { "content-type": "text/html" },
        body: Buffer.from(HTML),
      });
    case "hang":
      response.writeHead(page.status, page.headers).flushHeaders();
      await pause(fault.ms, signal);
      return disconnect(response);
    case "delay":
      await pause(fault.ms, signal);
  }
  sendPage(response, page);
}

/** Sends the page whole, with its Content-Length. */
export function sendPage(response: ServerResponse, { status, headers, body }: Page): void {
  response.writeHead(status, { ...headers, "content-length": body.length }).end(body);
}

/** The page of a `status` fault. */
export function faultPage({ status, retryAfterSeconds }: Fault & { kind: "status" }, format: Format): Page {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return renderAnswer({ ...REFUSALS[status], headers }, format);
}

/** Closes the connection with a reset, so that the client cannot take it for an orderly end. */
export function disconnect(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Without a Content-Length the body goes out in chunks, and the last, empty one is never sent. */
function cutOff(response: ServerResponse, { status, headers, body }: Page, length: number): void {
  response.writeHead(status, headers);
  // An orderly close, since a reset may discard bytes that the client has not read yet.
  response.write(body.subarray(0, length), () => response.socket?.destroy());
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
