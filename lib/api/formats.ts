import { preferredEncoding, preferredMediaType } from "./accept.ts";

/** The formats of an answer. */
export type Format = "json" | "xml" | "csv" | "ndjson";

export const FORMATS: readonly Format[] = ["json", "xml", "csv", "ndjson"];

/** By media type; the first is the default. */
const BY_MEDIA_TYPE: Readonly<Record<string, Format>> = {
  "application/json": "json",
  "application/xml": "xml",
  "text/xml": "xml",
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
};

export const MEDIA_TYPES = Object.keys(BY_MEDIA_TYPE);

/** The media types of some formats, the preferred one first. */
export function mediaTypesOf(formats: readonly Format[]): string[] {
  return Object.entries(BY_MEDIA_TYPE).flatMap(([type, format]) => (formats.includes(format) ? [type] : []));
}

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: "application/json; charset=utf-8",
  xml: "application/xml; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/** No real Accept header is longer, and evaluating one takes time. */
const MOST_HEADER_CHARACTERS = 2_000;

/**
 * The format of an endpoint that an Accept header prefers; the first one if there is no header; undefined if it accepts
 * none.
 */
export function negotiateFormat(
  accept: string | undefined,
  formats: readonly Format[] = FORMATS,
): Format | undefined {
  if (!accept?.trim()) return formats[0];
  if (accept.length > MOST_HEADER_CHARACTERS) return undefined;
  const chosen = preferredMediaType(accept, mediaTypesOf(formats));
  return chosen === undefined ? undefined : BY_MEDIA_TYPE[chosen];
}

/** Does the client accept gzip? */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (!acceptEncoding || acceptEncoding.length > MOST_HEADER_CHARACTERS) return false;
  return preferredEncoding(acceptEncoding, ["gzip", "identity"]) === "gzip";
}
