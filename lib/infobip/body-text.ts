import { gunzipSync } from "node:zlib";

/** A page of 1,000 records needs a hundredth of this; a body that unpacks to more is meant to fill our memory. */
export const MOST_UNPACKED = { maxOutputLength: 64_000_000 };

const XML_ENCODING = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/;

/** A body as text. */
export interface BodyText {
  readonly text: string;
  /** Could every byte be decoded? If not, those in no known encoding stand as U+FFFD. */
  readonly isExact: boolean;
}

/**
 * Decodes a body. Some proxies compress even unasked, so gzip and the like are unpacked. UTF-8 is assumed unless a byte
 * order mark says otherwise, or the body is valid only as Windows-1252. Never throws.
 */
export function bodyText(bytes: Uint8Array): BodyText {
  return textIn(bytes, () => undefined);
}

/** Like `bodyText`, but for XML, whose declaration may name the encoding. */
export function xmlText(bytes: Uint8Array): BodyText {
  return textIn(bytes, declaredIn);
}

function textIn(bytes: Uint8Array, declared: (plain: Uint8Array) => string | undefined): BodyText {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let plain = bytes;
  try {
    plain = isGzip ? gunzipSync(bytes, MOST_UNPACKED) : bytes;
  } catch {
    return { text: Buffer.from(bytes).toString("latin1"), isExact: true };
  }
  const encoding = markOf(plain) ?? declared(plain) ?? "utf-8";
  const text = decodedIn(encoding, plain);
  if (text !== undefined) return { text, isExact: true };
  if (encoding === "utf-8" && isWindows1252(plain))
    return { text: new TextDecoder("windows-1252").decode(plain), isExact: true };
  return { text: new TextDecoder(encoding, { ignoreBOM: true }).decode(plain), isExact: false };
}

/** Decodes bytes in an encoding that TextDecoder knows; undefined if they are not valid in it. */
export function decodedIn(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes that no Western European text has in Windows-1252 … */
const NOT_WESTERN = /[\x81\x8d\x8f\x90\x9d\xff]/;
/** … and bytes which show that the body was UTF-8 before some of it was damaged. */
const UTF8_CHARACTER = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/;

/** Are these bytes, which are not UTF-8, Windows-1252? Older systems send it. */
function isWindows1252(plain: Uint8Array): boolean {
  const text = Buffer.from(plain).toString("latin1");
  return !NOT_WESTERN.test(text) && !UTF8_CHARACTER.test(text);
}

/** The encoding that a byte order mark stands for. */
function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xef && second === 0xbb && third === 0xbf ? "utf-8" : undefined;
}

/**
 * The encoding that an XML declaration names. It cannot be UTF-16 once we could read it byte by byte: some writers
 * (.NET's StringWriter) keep a declaration from before the text was converted.
 */
function declaredIn(plain: Uint8Array): string | undefined {
  const name = XML_ENCODING.exec(Buffer.from(plain.subarray(0, 400)).toString("latin1"))?.[1];
  const encoding = name === undefined ? undefined : encodingOf(name);
  return encoding?.startsWith("utf-16") ? undefined : encoding;
}

/** The name under which TextDecoder knows an encoding; undefined if it does not. */
export function encodingOf(name: string): string | undefined {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
}
