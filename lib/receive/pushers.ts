import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { bytesOfBase64 } from "../runtime/base64.ts";
import { ConfigurationError } from "../runtime/errors.ts";
import { unpacked } from "./body.ts";

/** One way to show that a push may come in. Infobip offers them all; several are right at once, so that one can be replaced. */
type Pusher =
  | { readonly way: "basic"; readonly pair: string }
  | { readonly way: "header"; readonly name: string; readonly value: string }
  | { readonly way: "hmac"; readonly name: string; readonly algorithm: string; readonly key: string }
  | { readonly way: "path"; readonly secret: string };

/** What a push shows of itself. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The last part of its path, where it has one; "" where not. */
  readonly pathSecret: string;
  /** The body as it came: what HMAC is computed over. */
  readonly body: Uint8Array;
}

/** Reads who may push (the forms stand in lib/runtime/config.ts). Throws ConfigurationError. */
export function parsePushers(text: string): readonly Pusher[] {
  return text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parsePusher);
}

function parsePusher(entry: string): Pusher {
  const [, way = "", rest = ""] = /^(\w+) +(.+)$/.exec(entry) ?? [];
  const [, first = "", others = ""] = /^(\S+) +(.+)$/.exec(rest) ?? [];
  if (way === "basic") return { way, pair: rest };
  if (way === "path") return { way, secret: rest };
  if (way === "header") return { way, name: first.toLowerCase(), value: others };
  const [, algorithm = "", key = ""] = /^(\S+) +(.+)$/.exec(others) ?? [];
  if (way === "hmac" && key !== "")
    return { way, name: first.toLowerCase(), algorithm: hashNamed(algorithm), key };
  throw new ConfigurationError("PUSH_CREDENTIALS has an entry of a form that is not known");
}

/** SHA-256 and sha256 are the same to everybody but OpenSSL. */
function hashNamed(name: string): string {
  return name.replace("-", "").toLowerCase();
}

/** May this push come in? Every way is tried, so that time tells nothing of the others. */
export function isAdmitted(shown: Credentials, pushers: readonly Pusher[]): boolean {
  return pushers.map((pusher) => isShown(shown, pusher)).includes(true);
}

function isShown({ headers, pathSecret, body }: Credentials, pusher: Pusher): boolean {
  switch (pusher.way) {
    case "basic": {
      const given = /^basic +(\S+) *$/i.exec(headers.authorization ?? "")?.[1] ?? "";
      return isEqual(bytesOfBase64(given) ?? NOTHING, Buffer.from(pusher.pair));
    }
    case "header":
      return isEqual(Buffer.from(headers[pusher.name] ?? ""), Buffer.from(pusher.value));
    case "path":
      return isEqual(Buffer.from(pathSecret), Buffer.from(pusher.secret));
    case "hmac":
      return isSigned(headers, body, pusher);
  }
}

/** Signed is the body as it came, or, where it was compressed on the way, as it was before. */
function isSigned(
  headers: Credentials["headers"],
  body: Uint8Array,
  { name, algorithm, key }: Extract<Pusher, { way: "hmac" }>,
): boolean {
  const given = signatureOf(headers[name] ?? "", algorithm);
  const isRight = (bytes: Uint8Array) => isEqual(createHmac(algorithm, key).update(bytes).digest(), given);
  if (isRight(body)) return true;
  const plain = given.length > 0 ? unpacked({ headers, body }, MOST_UNPACKED) : undefined;
  return plain !== undefined && isRight(plain);
}

/** Hexadecimal in any case, or base64, with or without the name of the algorithm before it, as in `SHA256=0a…`; else nothing. */
function signatureOf(header: string, algorithm: string): Buffer {
  const [, name, value = ""] = /^(?:(md5|sha-?\d{1,3})=)?(.*)$/i.exec(header.trim()) ?? [];
  if (name !== undefined && hashNamed(name) !== algorithm) return NOTHING;
  const isHex = value.length % 2 === 0 && /^[0-9a-f]+$/i.test(value);
  // 32 characters of MD5 in hexadecimal may be base64 of something else, but of no signature: that of MD5 has 24.
  return isHex ? Buffer.from(value, "hex") : (bytesOfBase64(value) ?? NOTHING);
}

/** It equals nothing. */
const NOTHING = Buffer.alloc(0);

/** A push that nobody vouches for yet is not to fill the memory. */
const MOST_UNPACKED = { maxOutputLength: 16_000_000 };

/** In a time that tells nothing of either. Nothing equals nothing at all. */
function isEqual(given: Uint8Array, right: Uint8Array): boolean {
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
  return timingSafeEqual(digest(given), digest(right)) && right.length > 0;
}
