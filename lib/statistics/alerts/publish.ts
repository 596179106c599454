import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { BusyError } from "../../runtime/errors.ts";
import type { Notice } from "./notice.ts";

/** Credentials and target, from the environment of a Lambda. */
export interface Publishing {
  readonly topicArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** By default SNS in the topic's region. */
  readonly endpoint?: string | undefined;
}

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;

/**
 * Publishes to a topic with one signed POST (SNS's query protocol, Publish of 2010-03-31), using the SDK's signer,
 * because a client for this single call would be too large. Throws BusyError if SNS does not accept it, and what
 * `fetch` throws.
 */
export async function publish({ subject, message }: Notice, to: Publishing): Promise<void> {
  const region = to.topicArn.split(":")[3] ?? "";
  const url = new URL(to.endpoint ?? `https://sns.${region}.amazonaws.com/`);
  const body = new URLSearchParams({
    ...{ Action: "Publish", Version: "2010-03-31", TopicArn: to.topicArn },
    ...{ Subject: subject, Message: message },
  }).toString();
  const { accessKeyId, secretAccessKey, sessionToken } = to;
  const signer = new SignatureV4({
    ...{ service: "sns", region, sha256: Sha256 },
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  for (let attempt = 1; ; attempt += 1) {
    const { headers } = await signer.sign({
      ...{ method: "POST", protocol: url.protocol, hostname: url.hostname, path: url.pathname, body },
      ...(url.port === "" ? {} : { port: Number(url.port) }),
      headers: { host: url.host, "content-type": "application/x-www-form-urlencoded" },
    });
    const { status } = await fetch(url, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (status < 300) return;
    if (status < 500 || attempt === ATTEMPTS) throw new BusyError(`SNS answered ${status}`);
  }
}

/** The hash function that the signer needs. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
