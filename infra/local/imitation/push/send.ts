import { createHmac } from "node:crypto";
import { Agent, request } from "undici";
import type { Profile, Security } from "../subscriptions/schemas.ts";
import type { Written } from "./bodies.ts";

/** How pushes are signed. No document says the header's name: it "depends on your configuration". */
export const SIGNATURE_HEADER = "x-hub-signature-256";
/** The time-outs of the document's example; the defaults are not documented. */
const DEFAULT_TIMEOUT_MS = 10_000;

const HASHES = {
  HMAC_MD5: "md5",
  HMAC_SHA_1: "sha1",
  HMAC_SHA_224: "sha224",
  HMAC_SHA_256: "sha256",
  HMAC_SHA_384: "sha384",
  HMAC_SHA_512: "sha512",
} as const;

/** The headers that show who pushes: Basic, or `SHA256=` and the HMAC of the raw body in hex, as was seen in 2026. */
export function securityHeaders(
  security: Security | undefined,
  body: Buffer,
  signatureHeader: string,
): Record<string, string> {
  if (!security) return {};
  if (security.type === "BASIC") {
    const { username, password } = security.credentials;
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
  }
  const { secretKey, algorithm } = security.credentials;
  const hashed = HASHES[algorithm];
  const digest = createHmac(hashed, secretKey).update(body).digest("hex");
  return { [signatureHeader]: `${hashed.toUpperCase()}=${digest}` };
}

/** Sends pushes as profiles say, and keeps the connections of each. */
export class Sender {
  readonly #agents = new Map<string, Agent>();

  /** Whether it was taken, which is 200 and nothing else. Never throws for what the network or the receiver does. */
  async send(profile: Profile, headers: Record<string, string>, written: Written): Promise<boolean> {
    try {
      const answer = await request(profile.webhook.notifyUrl, {
        method: "POST",
        dispatcher: this.#agentOf(profile),
        // A header of the profile's own "can be overridden with one from security config".
        headers: { ...profile.headers, "content-type": written.contentType, ...headers },
        body: written.body,
      });
      await answer.body.dump();
      return answer.statusCode === 200;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #agentOf({ connectTimeout = DEFAULT_TIMEOUT_MS, readTimeout = DEFAULT_TIMEOUT_MS }: Profile): Agent {
    const key = `${connectTimeout} ${readTimeout}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const timeouts = { headersTimeout: readTimeout, bodyTimeout: readTimeout };
    const agent = new Agent({ connect: { timeout: connectTimeout }, ...timeouts });
    this.#agents.set(key, agent);
    return agent;
  }
}
