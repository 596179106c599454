import type { Coding, SiteFile } from "./files.ts";
import { SECURITY_HEADERS } from "./headers.ts";

/** The path of the page, and of the files that it loads. */
export const CONSOLE_PATH = "/console";
export const ASSETS_PATH = `${CONSOLE_PATH}/assets`;
const INDEX = "index.html";

/** The part of a request that is used; header names are in lower case. */
export interface SiteRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A response for API Gateway. */
export interface SiteResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * Answers a request for the page or one of its files. Names of files contain a hash of their content, so they are
 * cached for good, while the index, which names them, is revalidated each time. For a browser that navigates to any
 * other path below the page the answer is the page itself; for everything else it is 404.
 */
export function serve(request: SiteRequest, files: ReadonlyMap<string, SiteFile>): SiteResponse {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") return plain(405, "Method not allowed", { allow: "GET, HEAD" });
  const name = nameOf(request);
  const file = name === undefined ? undefined : files.get(name);
  if (!file) return plain(404, "Not found");
  const caching = name === INDEX ? "no-cache" : "public, max-age=31536000, immutable";
  const kept = { "cache-control": caching, etag: file.etag, vary: "accept, accept-encoding" };
  if (isKnown(headers["if-none-match"], file.etag))
    return { statusCode: 304, headers: { ...SECURITY_HEADERS, ...kept }, body: "", isBase64Encoded: false };
  const { coding, content } = codingOf(file, headers["accept-encoding"]);
  return {
    statusCode: 200,
    headers: {
      ...SECURITY_HEADERS,
      ...kept,
      "content-type": file.type,
      ...(coding === "identity" ? {} : { "content-encoding": coding }),
    },
    body: method === "HEAD" ? "" : content.toString("base64"),
    isBase64Encoded: true,
  };
}

/** The file for a path; undefined if there is none. */
function nameOf({ path, headers }: SiteRequest): string | undefined {
  if (path.startsWith(`${ASSETS_PATH}/`)) {
    const name = path.slice(ASSETS_PATH.length + 1);
    return name === INDEX ? undefined : name;
  }
  if (path === CONSOLE_PATH || path === `${CONSOLE_PATH}/`) return INDEX;
  return path.startsWith(`${CONSOLE_PATH}/`) && headers.accept?.includes("text/html") ? INDEX : undefined;
}

/** The smallest form that the client accepts. A coding with q=0 is not accepted. */
function codingOf({ codings }: SiteFile, accepted = ""): { coding: Coding; content: Buffer } {
  const taken = accepted
    .toLowerCase()
    .split(",")
    .flatMap((part) => {
      const [name = "", ...parameters] = part.split(";").map((text) => text.trim());
      return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name];
    });
  for (const coding of ["br", "gzip"] as const) {
    const content = codings[coding];
    if (content && taken.includes(coding)) return { coding, content };
  }
  return { coding: "identity", content: codings.identity ?? Buffer.alloc(0) };
}

function isKnown(header: string | undefined, etag: string): boolean {
  return header?.split(",").some((known) => known.trim() === etag) === true;
}

function plain(
  statusCode: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): SiteResponse {
  const always = {
    ...SECURITY_HEADERS,
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
  };
  return { statusCode, headers: { ...always, ...headers }, body, isBase64Encoded: false };
}
