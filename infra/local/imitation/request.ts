import type { IncomingMessage } from "node:http";
import type { Fault } from "./faults.ts";
import type { Format } from "./reports.ts";

/** A request as it arrived. */
export interface ReceivedRequest {
  /** Counted from 1 over all requests. */
  n: number;
  /** Counted from 1 over the requests of this path. */
  nOfPath: number;
  /** Epoch ms of the given clock. */
  at: number;
  method: string;
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  format: Format;
  /** What the fault script had for it. */
  fault?: Fault;
}

/** What the request says; its numbers and time come from the server. */
export function readRequest(
  message: IncomingMessage,
): Omit<ReceivedRequest, "n" | "nOfPath" | "at" | "fault"> {
  const { pathname, searchParams } = new URL(message.url ?? "/", "http://127.0.0.1");
  return {
    method: message.method ?? "",
    path: pathname,
    query: searchParams,
    authorization: message.headers.authorization,
    format: formatOf(message.headers.accept ?? ""),
  };
}

/** JSON unless only XML is accepted. */
function formatOf(accept: string): Format {
  return accept.includes("xml") && !accept.includes("json") ? "xml" : "json";
}
