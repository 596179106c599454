import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Afterwards } from "./afterwards.ts";

/** The type of our handlers: API Gateway's HTTP API, payload format 2.0. */
export type HttpHandler = (
  event: unknown,
  context: HttpContext,
) => Promise<{
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  isBase64Encoded?: boolean;
  cookies?: readonly string[];
}>;

/** More than our handler accepts, so that the handler refuses, in Infobip's shape. Node's own refusal is empty. */
const MOST_HEADER_BYTES = 131_072;

/** Lambda's context, which here can also run work after the answer has been sent. */
export interface HttpContext {
  getRemainingTimeInMillis(): number;
  afterwards(name: string, work: () => Promise<void>): void;
}

/** The same as API Gateway's. */
const TIMEOUT_MS = 29_000;

/**
 * Combines handlers by path prefix, or by method and prefix, such as `POST /push`. As in API Gateway's routes, the
 * longest match wins.
 */
export function routed(handlers: Readonly<Record<string, HttpHandler>>): HttpHandler {
  const routes = Object.entries(handlers)
    .map(([key, handler]) => {
      const [, method = "", begin = key] = /^([A-Z]+) (.+)$/.exec(key) ?? [];
      return { method, begin, handler };
    })
    .sort((a, b) => b.begin.length - a.begin.length);
  return async (event, context) => {
    const { rawPath, requestContext } = event as HttpEvent;
    const found = routes.find(
      ({ method, begin }) =>
        (method === "" || method === requestContext.http.method) &&
        (rawPath === begin || rawPath.startsWith(begin.replace(/\/?$/, "/"))),
    );
    if (!found) throw new Error(`nobody answers ${rawPath}`);
    return found.handler(event, context);
  };
}

interface HttpEvent {
  readonly rawPath: string;
  readonly requestContext: { readonly http: { readonly method: string } };
}

/**
 * Serves a Lambda handler over HTTP like API Gateway; only for this machine, unless configured otherwise. Pushes have
 * priority over work that is done afterwards.
 */
export async function serveHandler(
  handler: HttpHandler,
  port: number,
  host = "127.0.0.1",
  afterwards = new Afterwards(),
): Promise<Server> {
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES }, (request, response) => {
    const endMs = Date.now() + TIMEOUT_MS;
    const context: HttpContext = {
      getRemainingTimeInMillis: () => endMs - Date.now(),
      // The work reports its own faults.
      afterwards: (name, work) => endWith(response, () => void afterwards.add(name, work)),
    };
    eventOf(request)
      .then((event) => {
        // A client that is slow to send its request delays nothing.
        if (request.method === "POST") endWith(response, afterwards.answer());
        return event ? handler(event, context) : TOO_LARGE;
      })
      .then(
        ({ statusCode, headers, body, isBase64Encoded, cookies = [] }) => {
          response.writeHead(statusCode, {
            ...headers,
            ...(cookies.length > 0 ? { "set-cookie": [...cookies] } : {}),
          });
          response.end(isBase64Encoded ? Buffer.from(body, "base64") : body);
        },
        () => {
          response.writeHead(500, { "content-type": "application/json" });
          response.end('{"message":"Internal Server Error"}');
        },
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
  return server;
}

/** Calls a function once an answer has been sent, or can no longer be. */
function endWith(response: ServerResponse, done: () => void): void {
  if (response.closed) done();
  else response.once("close", done);
}

/** API Gateway's answer. */
const TOO_LARGE = {
  statusCode: 413,
  headers: { "content-type": "application/json" },
  body: '{"message":"Request Entity Too Large"}',
};

/**
 * Like Node, API Gateway joins repeated headers with a comma and converts their names to lower case. Undefined if the
 * body is larger than it accepts.
 */
async function eventOf(request: IncomingMessage) {
  const timeEpoch = Date.now();
  const body = await bodyOf(request);
  if (!body) return undefined;
  const [rawPath = "/", ...query] = (request.url ?? "/").split("?");
  const http = {
    method: request.method ?? "GET",
    path: rawPath,
    sourceIp: request.socket.remoteAddress ?? "",
  };
  const { cookie, ...others } = request.headers;
  const headers = Object.entries(others).map(([name, value]) => [name, String(value)]);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: decodePath(rawPath),
    rawQueryString: query.join("?"),
    headers: Object.fromEntries(headers),
    // Cookies are separate from other headers, and absent if there are none.
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; */) }),
    requestContext: { requestId: randomUUID(), http, timeEpoch },
    // API Gateway encodes binary bodies in base64, and any body may be binary.
    body: body.toString("base64"),
    isBase64Encoded: true,
  };
}

/** API Gateway's limit. */
const MOST_BODY_BYTES = 10_000_000;

/** Reads the whole body: a client that is cut off would not read the answer. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= MOST_BODY_BYTES) chunks.push(chunk);
  }
  return length <= MOST_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

/** API Gateway's HTTP API decodes the whole path, including encoded slashes. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
