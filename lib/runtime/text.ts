import { createHash } from "node:crypto";

/** Compares as DynamoDB orders strings: by UTF-8 bytes. JavaScript's own order differs for emoji and the like. */
export function compareUtf8(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const bothPlain = (x < 0xd800 || x > 0xdfff) === (y < 0xd800 || y > 0xdfff);
      // A surrogate stands for a code point above U+FFFF and so sorts after every plain code unit.
      return bothPlain ? x - y : x >= 0xd800 && x <= 0xdfff ? 1 : -1;
    }
  }
  return a.length - b.length;
}

/** A 32-bit FNV-1a hash with a final mix, for choosing shards and zone tokens; not for secrets. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** SHA-256 in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
