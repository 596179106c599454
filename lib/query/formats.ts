import Negotiator from "negotiator";

/** The forms of an answer. */
export type Format = "json" | "xml" | "csv" | "ndjson";

/** By media type; the first is what a client gets that has no preference. */
const FORMATS: Readonly<Record<string, Format>> = {
  "application/json": "json",
  "application/xml": "xml",
  "text/xml": "xml",
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
};

export const MEDIA_TYPES = Object.keys(FORMATS);

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: "application/json; charset=utf-8",
  xml: "application/xml; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/** No client's preferences are longer, and weighing them takes time. */
const MOST_HEADER_CHARACTERS = 2_000;

/** The format that an Accept header asks for; JSON when it asks for nothing; undefined when it takes none of ours. */
export function negotiateFormat(accept: string | undefined): Format | undefined {
  if (!accept?.trim()) return "json";
  if (accept.length > MOST_HEADER_CHARACTERS) return undefined;
  const chosen = new Negotiator({ headers: { accept } }).mediaType(MEDIA_TYPES);
  return chosen === undefined ? undefined : FORMATS[chosen];
}

/** Does the client take a gzipped answer? */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (!acceptEncoding || acceptEncoding.length > MOST_HEADER_CHARACTERS) return false;
  return (
    new Negotiator({ headers: { "accept-encoding": acceptEncoding } }).encoding(["gzip", "identity"]) ===
    "gzip"
  );
}
