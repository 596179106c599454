import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";

/** What our handler takes and gives: API Gateway's HTTP API, payload format 2.0. */
export type HttpHandler = (event: unknown) => Promise<{
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  isBase64Encoded?: boolean;
}>;

/** Serves a Lambda handler over HTTP on all addresses of this machine, as API Gateway does. */
export async function serveHandler(handler: HttpHandler, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    handler(eventOf(request)).then(
      ({ statusCode, headers, body, isBase64Encoded }) => {
        response.writeHead(statusCode, headers);
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
    server.listen(port, () => resolve());
  });
  return server;
}

/** API Gateway joins repeated headers with a comma, as Node does, and lower-cases their names, as Node does. */
function eventOf(request: IncomingMessage) {
  const [rawPath = "/", ...query] = (request.url ?? "/").split("?");
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: decodePath(rawPath),
    rawQueryString: query.join("?"),
    headers: Object.fromEntries(headers),
    requestContext: { requestId: randomUUID(), http: { method: request.method ?? "GET", path: rawPath } },
    isBase64Encoded: false,
  };
}

function decodePath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
