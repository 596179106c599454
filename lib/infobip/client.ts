import { Agent, type Dispatcher, request } from "undici";

/**
 * What became of one request to Infobip. The whole project turns on the difference between "refused" and "doubt": a
 * report is handed out only once, so a request that may have been processed must never be repeated automatically.
 */
export type InfobipAnswer =
  | { readonly kind: "ok"; readonly body: Uint8Array }
  /**
   * It certainly took nothing: it never connected, or was refused with a 4xx. `retryAfterMs` says when to try again.
   */
  | {
      readonly kind: "refused";
      readonly reason: string;
      readonly status?: number;
      readonly retryAfterMs?: number;
      /** Has nobody put a key into its secret yet? */
      readonly isKeyMissing?: boolean;
    }
  /** It may have been processed, and the answer is lost: reset, time-out, cut body, 5xx. */
  | { readonly kind: "doubt"; readonly reason: string };

/** What authenticates us: the whole Authorization header. */
export interface Authorization {
  readonly authorization: string;
}

export type Refused = Extract<InfobipAnswer, { kind: "refused" }>;

/** Infobip as the pull and the reconciler see it. Neither call throws because of the network or the server. */
export interface Upstream {
  /** The key to ask with, or why there is none. */
  authorize(): Promise<Authorization | Refused>;
  /** Sends one GET, and never repeats it. */
  get(path: string, query: Readonly<Record<string, string>>, key: Authorization): Promise<InfobipAnswer>;
}

export interface InfobipSettings {
  readonly baseUrl: string;
  /** The whole Authorization header; "" when there is none yet. `refused`: the last one was answered with 401 or 403. */
  readonly authorization: (refused: boolean) => Promise<string>;
  /** Sends the requests. Tests pass their own, which runs on virtual time. */
  readonly dispatcher?: Dispatcher;
}

const CONNECT_TIMEOUT_MS = 5_000;
const HEADERS_TIMEOUT_MS = 12_000;
const BODY_TIMEOUT_MS = 5_000;
/** Covers connecting, waiting and reading together. */
export const REQUEST_TIMEOUT_MS = 18_000;

/** Errors from before anything was sent. A connection that fails later is in doubt. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);
/** Only these are worth retrying soon: a wrong path or key stays wrong. */
const TOO_MANY_REQUESTS = 429;

/** Asks Infobip. Each call sends exactly one request. */
export class InfobipClient implements Upstream {
  readonly #settings: InfobipSettings;
  readonly #agent: Dispatcher;
  #isKeyRefused = false;

  constructor(settings: InfobipSettings) {
    this.#settings = settings;
    // No pipelining and no keep-alive: a socket that died while a Lambda was frozen would fail only after the server
    // had counted the request. For the same reason there is no retry and no redirect handler.
    this.#agent =
      settings.dispatcher ??
      new Agent({
        pipelining: 0,
        connect: { timeout: CONNECT_TIMEOUT_MS },
        headersTimeout: HEADERS_TIMEOUT_MS,
        bodyTimeout: BODY_TIMEOUT_MS,
      });
  }

  /** Fetches the key. Never throws: without one it says why there is none. */
  async authorize(): Promise<Authorization | Refused> {
    try {
      const authorization = await this.#settings.authorization(this.#isKeyRefused);
      if (authorization) return { authorization };
      return { kind: "refused", reason: "no key yet: its secret is empty", isKeyMissing: true };
    } catch (error) {
      return { kind: "refused", reason: `the key's secret cannot be read: ${codeOf(error)}` };
    }
  }

  /** Sends one GET. Never throws because of the network or the server. */
  async get(
    path: string,
    query: Readonly<Record<string, string>>,
    { authorization }: Authorization,
  ): Promise<InfobipAnswer> {
    try {
      const answer = await request(new URL(path, this.#settings.baseUrl), {
        dispatcher: this.#agent,
        query: { ...query },
        headers: { authorization, accept: "application/json", "accept-encoding": "identity" },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      const body = await answer.body.bytes();
      this.#isKeyRefused = answer.statusCode === 401 || answer.statusCode === 403;
      return interpret(answer.statusCode, answer.headers["retry-after"], body);
    } catch (error) {
      const code = codeOf(error);
      return NEVER_SENT.has(code)
        ? { kind: "refused", reason: code, retryAfterMs: 0 }
        : { kind: "doubt", reason: code };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function interpret(
  status: number,
  retryAfter: string | string[] | undefined,
  body: Uint8Array,
): InfobipAnswer {
  // 204 No Content means an empty list.
  if (status === 204) return { kind: "ok", body: Buffer.from('{"results":[]}') };
  if (status >= 200 && status < 300) return { kind: "ok", body };
  const reason = `HTTP ${status}`;
  if (status === TOO_MANY_REQUESTS) {
    return { kind: "refused", reason, status, retryAfterMs: retryAfterMs(String(retryAfter ?? "")) };
  }
  // 408 means that the server gave up midway, perhaps after it had taken the reports.
  return status >= 300 && status < 500 && status !== 408
    ? { kind: "refused", reason, status }
    : { kind: "doubt", reason };
}

/** Retry-After in seconds. Infobip documents none. A date would need a clock, so it counts as absent: 0. */
function retryAfterMs(header: string): number {
  return /^\d{1,4}$/.test(header) ? Number(header) * 1_000 : 0;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { code, cause, name } = error as Error & { code?: unknown };
  if (typeof code === "string") return code;
  return cause ? codeOf(cause) : name;
}
