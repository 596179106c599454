import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import type { Filter } from "../archive/search/filters.ts";
import { ConfigurationError } from "../runtime/errors.ts";

/**
 * A cursor holds a position, which may name a message that its reader must not see. So it is sealed (AES-256-GCM), and
 * bound to its client and query: one that was altered, or that belongs to another client or query, is none.
 *
 *     base64url( version 1 byte | nonce 12 | tag 16 | position, padded to a multiple of 32 bytes )
 *
 * The nonce is an HMAC of what is sealed: the same position of the same query gives the same cursor, no two others
 * share a nonce, and no source of chance is needed. Padding keeps the length of a hidden id from showing.
 */
export class Cursors {
  readonly #keys: readonly Keys[];
  readonly #fault: string;

  /**
   * `secrets`: the first one seals; any of them opens, so that keys can be rotated while cursors are in use. `fault` is
   * the message if there are none.
   */
  constructor(secrets: readonly string[], fault = "CURSOR_KEY is missing, or its secret has no value") {
    this.#keys = secrets.map(keysOf);
    this.#fault = fault;
  }

  /** Throws ConfigurationError if there is no key. */
  seal(position: string, binding: string): string {
    const [keys] = this.#keys;
    if (!keys) throw new ConfigurationError(this.#fault);
    const text = padded(position);
    const associated = Buffer.from(binding);
    const nonce = createHmac("sha256", keys.nonce)
      .update(`${associated.length} `)
      .update(associated)
      .update(text)
      .digest()
      .subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, keys.cipher, nonce).setAAD(associated);
    const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([VERSION, nonce, cipher.getAuthTag(), sealed]).toString("base64url");
  }

  /** Opens a cursor; undefined if it is not ours, or has another binding. Throws like `seal`. */
  open(cursor: string, binding: string): string | undefined {
    if (this.#keys.length === 0) throw new ConfigurationError(this.#fault);
    const bytes = Buffer.from(cursor, "base64url");
    // Several texts decode to the same bytes; only the one that we print is valid.
    const isOurs = bytes.toString("base64url") === cursor && bytes[0] === VERSION[0];
    if (!isOurs || bytes.length < HEAD_BYTES + BLOCK_BYTES) return undefined;
    for (const keys of this.#keys) {
      const position = opened(bytes, keys, Buffer.from(binding));
      if (position !== undefined) return position;
    }
    return undefined;
  }
}

/** What a cursor of the logs is bound to: the client, and its whole query. */
export function logsBinding(clientId: string, filter: Filter): string {
  const conditions = Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(["logs", clientId, conditions]);
}

/**
 * The keys in a secret: one or, during rotation, the new one and the previous one. If the secret is empty or a key is
 * too short there are none: then cursors fail, and all other queries are answered.
 */
export function cursorsOf(secret: string): Cursors {
  const secrets = secret
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "");
  if (secrets.some((key) => key.length < FEWEST_KEY_CHARACTERS))
    return new Cursors([], `CURSOR_KEY must have at least ${FEWEST_KEY_CHARACTERS} characters`);
  return new Cursors(secrets);
}

const FEWEST_KEY_CHARACTERS = 32;
const CIPHER = "aes-256-gcm";
const VERSION = Buffer.from([2]);
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = VERSION.length + NONCE_BYTES + TAG_BYTES;
const BLOCK_BYTES = 32;

interface Keys {
  readonly cipher: Buffer;
  readonly nonce: Buffer;
}

function keysOf(secret: string): Keys {
  const derive = (use: string) => Buffer.from(hkdfSync("sha256", secret, "", `omnilog cursor ${use}`, 32));
  return { cipher: derive("cipher"), nonce: derive("nonce") };
}

function opened(bytes: Buffer, keys: Keys, associated: Buffer): string | undefined {
  const nonce = bytes.subarray(VERSION.length, VERSION.length + NONCE_BYTES);
  const tag = bytes.subarray(VERSION.length + NONCE_BYTES, HEAD_BYTES);
  const decipher = createDecipheriv(CIPHER, keys.cipher, nonce, { authTagLength: TAG_BYTES })
    .setAAD(associated)
    .setAuthTag(tag);
  const text = decipher.update(bytes.subarray(HEAD_BYTES));
  try {
    decipher.final();
  } catch {
    // Sealed with another key, altered, or for another binding.
    return undefined;
  }
  return text.subarray(0, text.lastIndexOf(END)).toString();
}

/** Marks the end of the position; the rest is zeros. */
const END = 0x80;

function padded(position: string): Buffer {
  const bytes = Buffer.from(position);
  const size = Math.ceil((bytes.length + 1) / BLOCK_BYTES) * BLOCK_BYTES;
  const result = Buffer.alloc(size);
  bytes.copy(result);
  result[bytes.length] = END;
  return result;
}
