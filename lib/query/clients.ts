import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import type { Secret } from "../runtime/secret.ts";

/** Who asks, and what they may see. */
export interface Client {
  readonly id: string;
  readonly name: string;
  /** Only these channels, or senders; undefined: all. */
  readonly channels?: readonly string[] | undefined;
  readonly senders?: readonly string[] | undefined;
  readonly isTextHidden: boolean;
  /** Requests a minute, and at once; undefined: the endpoint's default. */
  readonly perMinute?: number | undefined;
  readonly burst?: number | undefined;
}

/** A client as the table holds it: the secret only as a salted hash. */
export const storedClient = v.object({
  /** Of a Basic client its user name; of an App client the part of its key before the dash. */
  id: v.string(),
  name: v.string(),
  salt: v.string(),
  hash: v.string(),
  channels: v.optional(v.array(v.string())),
  senders: v.optional(v.array(v.string())),
  isTextHidden: v.optional(v.boolean(), false),
  perMinute: v.optional(v.number()),
  burst: v.optional(v.number()),
});
export type StoredClient = v.InferOutput<typeof storedClient>;

/** Finds a client of the table. */
export type FindClient = (id: string) => Promise<StoredClient | undefined>;

/** What an Authorization header says, before it is believed. */
interface Claim {
  readonly isBasic: boolean;
  readonly id: string;
  readonly secret: string;
}

/** A new secret, and the hash that is kept of it. 256 random bits need no slow hash: nobody can try them all. */
export function newSecret(): { secret: string; salt: string; hash: string } {
  const secret = randomBytes(32).toString("hex");
  const salt = randomBytes(16).toString("hex");
  return { secret, salt, hash: hashSecret(secret, salt) };
}

function hashSecret(secret: string, salt: string): string {
  return createHash("sha256").update(`${salt} ${secret}`).digest("hex");
}

/**
 * The client of an Authorization header: `Basic` of a pair in the environment or of a client in the table, or
 * `App <id>-<secret>`. Undefined when it is nobody's. Takes the same time however much of it is right.
 */
export async function authenticate(
  header: string | undefined,
  credentials: Secret,
  find: FindClient,
): Promise<Client | undefined> {
  const claim = parseHeader(header);
  if (!claim) return undefined;
  // The pairs may have been changed since they were read.
  for (const refresh of [false, true]) {
    if (isInPairs(claim, await credentials(refresh)))
      return { id: claim.id, name: claim.id, isTextHidden: false };
    if (!refresh) {
      const stored = await find(claim.id);
      if (stored) return isEqual(hashSecret(claim.secret, stored.salt), stored.hash) ? stored : undefined;
    }
  }
  return undefined;
}

function parseHeader(header = ""): Claim | undefined {
  const [, scheme = "", value = ""] = /^(basic|app) +(\S+) *$/i.exec(header) ?? [];
  const isBasic = scheme.toLowerCase() === "basic";
  const text = isBasic ? Buffer.from(value, "base64").toString() : value;
  const at = text.indexOf(isBasic ? ":" : "-");
  return at > 0 && at <= 128 ? { isBasic, id: text.slice(0, at), secret: text.slice(at + 1) } : undefined;
}

/** Is it one of the `user:password` pairs? All of them are compared. */
function isInPairs({ isBasic, id, secret }: Claim, pairs: string): boolean {
  const results = pairs.split(",").map((pair) => isEqual(pair.trim(), `${id}:${secret}`));
  return isBasic && results.includes(true);
}

function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
