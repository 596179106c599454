import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { bytesOfBase64 } from "../runtime/base64.ts";

/** A stored secret: salted, and hashed with SHA-256. */
export const hashedSecret = v.object({ salt: v.string(), hash: v.string() });
export type HashedSecret = v.InferOutput<typeof hashedSecret>;

/** What an Authorization header claims, before it is verified. */
export interface Claim {
  readonly scheme: "basic" | "key";
  readonly id: string;
  readonly secret: string;
}

/** A new secret and its stored hash. 256 random bits need no slow hash, since nobody can try them all. */
export function newSecret(): { secret: string; salt: string; hash: string } {
  const secret = randomBytes(32).toString("hex");
  const salt = randomBytes(16).toString("hex");
  return { secret, salt, hash: hashSecret(secret, salt) };
}

/** Is this the secret that was hashed? */
export function isSecret(secret: string, { salt, hash }: HashedSecret): boolean {
  return isEqual(hashSecret(secret, salt), hash);
}

/**
 * Parses an Authorization header: `Basic` with user name and password, or a key `<id>-<secret>` after one of the
 * schemes that Infobip accepts for keys (App, IBSSO, Bearer; OpenAPI 3.210.0). Undefined for anything else.
 */
export function parseAuthorization(header = ""): Claim | undefined {
  const [, name = "", value = ""] = /^(basic|app|ibsso|bearer) +(\S+) *$/i.exec(header) ?? [];
  const isBasic = name.toLowerCase() === "basic";
  const text = isBasic ? (bytesOfBase64(value)?.toString() ?? "") : value;
  const at = text.indexOf(isBasic ? ":" : "-");
  if (at <= 0 || at > 128) return undefined;
  return { scheme: isBasic ? "basic" : "key", id: text.slice(0, at), secret: text.slice(at + 1) };
}

/** Is it one of the comma separated `user:password` pairs? All of them are compared, so that timing reveals nothing. */
export function isInPairs({ scheme, id, secret }: Claim, pairs: string): boolean {
  const results = pairsOf(pairs).map((pair) => isEqual(pair, `${id}:${secret}`));
  return scheme === "basic" && results.includes(true);
}

/** Splits the `user:password` pairs. */
export function pairsOf(pairs: string): string[] {
  return pairs.split(",").map((pair) => pair.trim());
}

function hashSecret(secret: string, salt: string): string {
  return createHash("sha256").update(`${salt} ${secret}`).digest("hex");
}

function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
