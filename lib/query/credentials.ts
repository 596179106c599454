import { createHash, timingSafeEqual } from "node:crypto";

/** Reads `user:password` pairs, comma separated. */
export function parseCredentials(text: string): string[] {
  return text
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes(":"));
}

/**
 * Is this Authorization header the Basic credentials of one of these pairs? Compares digests of all of them, in a time
 * that tells nothing of how much was right.
 */
export function isAuthorized(header: string | undefined, pairs: readonly string[]): boolean {
  const given = digest(decodeBasic(header) ?? "");
  const results = pairs.map((pair) => timingSafeEqual(digest(pair), given));
  return results.includes(true);
}

function decodeBasic(header = ""): string | undefined {
  const match = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(header);
  return match?.[1] === undefined ? undefined : Buffer.from(match[1], "base64").toString();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
