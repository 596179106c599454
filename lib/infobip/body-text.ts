import { gunzipSync } from "node:zlib";

/** Of a page of 1,000 records a hundred times as much; what grows beyond it is meant to fill the memory. */
export const MOST_UNPACKED = { maxOutputLength: 64_000_000 };

const XML_ENCODING = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/;

/** A body as text. */
export interface BodyText {
  readonly text: string;
  /** Does it say what the bytes say? Else some of them are in no encoding that is known, and stand as U+FFFD. */
  readonly isExact: boolean;
}

/**
 * The text of a body. Some proxies compress whether asked to or not. All is UTF-8, unless its first bytes say otherwise, or the whole
 * of it can be in Windows-1252 only. Never throws.
 */
export function bodyText(bytes: Uint8Array): BodyText {
  return textIn(bytes, () => undefined);
}

/** Like `bodyText`, of XML, whose declaration may say otherwise, too. */
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

/** The text of bytes in an encoding that TextDecoder knows; undefined where they are not in it. */
export function decodedIn(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What no text of Western Europe has in Windows-1252 … */
const NOT_WESTERN = /[\x81\x8d\x8f\x90\x9d\xff]/;
/** … and what shows that a body was UTF-8 before some of its bytes were spoilt. */
const UTF8_CHARACTER = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/;

/** Of bytes that are not in UTF-8: are they Windows-1252, as systems write it that know no other encoding? */
function isWindows1252(plain: Uint8Array): boolean {
  const text = Buffer.from(plain).toString("latin1");
  return !NOT_WESTERN.test(text) && !UTF8_CHARACTER.test(text);
}

/** By the mark of Unicode that a text begins with. */
function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xef && second === 0xbb && third === 0xbf ? "utf-8" : undefined;
}

/**
 * The encoding that an XML declaration names. One that was read byte by byte cannot be in UTF-16, whatever it says: a text keeps the
 * declaration of what it was before, as one of .NET's StringWriter does.
 */
function declaredIn(plain: Uint8Array): string | undefined {
  const name = XML_ENCODING.exec(Buffer.from(plain.subarray(0, 400)).toString("latin1"))?.[1];
  const encoding = name === undefined ? undefined : encodingOf(name);
  return encoding?.startsWith("utf-16") ? undefined : encoding;
}

/** The name by which TextDecoder knows an encoding; undefined for one that it does not. */
export function encodingOf(name: string): string | undefined {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
}
