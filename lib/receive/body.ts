import { isUtf8 } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { decodedIn, encodingOf, MOST_UNPACKED } from "../infobip/body-text.ts";
import type { PushRequest } from "./push.ts";

type Packed = Pick<PushRequest, "headers" | "body">;
type Unpack = (bytes: Uint8Array, most: { maxOutputLength: number }) => Uint8Array;

/** By the name of a content encoding. */
const UNPACKERS: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflateSync],
  ["br", brotliDecompressSync],
]);

/** The body as it was before it was compressed on the way; undefined where it was not, or cannot be had so. Never throws. */
export function unpacked({ headers, body }: Packed, most = MOST_UNPACKED): Uint8Array | undefined {
  try {
    return UNPACKERS.get(headers["content-encoding"]?.trim().toLowerCase() ?? "")?.(body, most);
  } catch {
    return undefined;
  }
}

/**
 * The body as it is landed: as it came, unless only its headers tell how to read it. What was compressed by something that does not
 * show in its bytes is landed as it was before, and what is in another encoding than its own beginning says, in UTF-8. Never throws.
 */
export function landedBody({ headers, body }: Packed): Uint8Array {
  const plain = isGzip(body) ? body : (unpacked({ headers, body }) ?? body);
  const charset = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(headers["content-type"] ?? "")?.[1];
  const encoding = charset === undefined ? undefined : encodingOf(charset);
  if (encoding === undefined || saysItself(plain) || !canBeIn(encoding, plain)) return plain;
  // What is not in it is landed as it came: whoever reads it tells what it is.
  const text = decodedIn(encoding, plain);
  return text === undefined ? plain : Buffer.from(text);
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

/**
 * JSON has no charset (RFC 8259, section 11): some frameworks name one that its bytes are not in. What is valid in UTF-8 is in UTF-8;
 * of UTF-16 one of the first two bytes is 0, since JSON and XML begin with ASCII.
 */
function canBeIn(encoding: string, bytes: Uint8Array): boolean {
  if (encoding.startsWith("utf-16")) return bytes[encoding === "utf-16le" ? 1 : 0] === 0;
  return !isUtf8(bytes);
}

/** Gzip, a mark of Unicode, or an XML declaration. */
function saysItself(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  const isMarked = [0xfffe, 0xfeff, 0xefbb].includes(first * 256 + second);
  return (
    isGzip(bytes) ||
    isMarked ||
    /^\s*<\?xml[^>]*encoding/.test(Buffer.from(bytes.subarray(0, 300)).toString("latin1"))
  );
}
