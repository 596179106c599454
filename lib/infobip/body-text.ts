import { gunzipSync } from "node:zlib";

/** Of a page of 1,000 records a hundred times as much; what grows beyond it is meant to fill the memory. */
export const MOST_UNPACKED = { maxOutputLength: 64_000_000 };

const XML_ENCODING = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/;

/** The text of a body. Some proxies compress whether asked to or not. All is UTF-8, unless its first bytes say otherwise. Never throws. */
export function bodyText(bytes: Uint8Array): string {
  return textIn(bytes, () => undefined);
}

/** Like `bodyText`, of XML, whose declaration may say otherwise, too. */
export function xmlText(bytes: Uint8Array): string {
  return textIn(bytes, declaredIn);
}

function textIn(bytes: Uint8Array, declared: (plain: Uint8Array) => string | undefined): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    const plain = isGzip ? gunzipSync(bytes, MOST_UNPACKED) : bytes;
    return new TextDecoder(markOf(plain) ?? declared(plain), { ignoreBOM: true }).decode(plain);
  } catch {
    return Buffer.from(bytes).toString("latin1");
  }
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
