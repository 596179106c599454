import * as v from "valibot";
import { ConfigurationError } from "../runtime/errors.ts";

/** An object in an answer of the API. */
export type ApiObject = Readonly<Record<string, unknown>>;

const found = v.record(v.string(), v.unknown());
const page = v.object({ results: v.array(found) });
/** The older error format of Infobip, which this API uses (OpenAPI 3.210.0, ApiException). */
const refusal = v.object({
  requestError: v.object({
    serviceException: v.object({
      text: v.string(),
      validationErrors: v.optional(v.record(v.string(), v.array(v.string()))),
    }),
  }),
});

const TIMEOUT_MS = 30_000;
/** The largest page size for lists. */
const PAGE = 100;

/**
 * Infobip's Subscriptions API, `/subscriptions/1/…`. Every method throws ConfigurationError, with a message of one line
 * that contains no secret.
 */
export class SubscriptionsClient {
  readonly #baseUrl: string;
  readonly #authorization: string;

  constructor(baseUrl: string, authorization: string) {
    this.#baseUrl = baseUrl;
    this.#authorization = authorization;
  }

  /** Gets a resource; undefined if there is none with that id. */
  async get(path: string): Promise<ApiObject | undefined> {
    return this.#send("GET", path);
  }

  /** Gets a whole list, page by page. */
  async list(path: string): Promise<ApiObject[]> {
    const all: ApiObject[] = [];
    for (let at = 0; ; at++) {
      const answer = await this.#send("GET", `${path}?page=${at}&size=${PAGE}`);
      const { results } = v.parse(page, answer ?? { results: [] });
      all.push(...results);
      if (results.length < PAGE) return all;
    }
  }

  async post(path: string, body: unknown): Promise<void> {
    if (!(await this.#send("POST", path, body))) throw new ConfigurationError(notThere(path));
  }

  async put(path: string, body: unknown): Promise<void> {
    if (!(await this.#send("PUT", path, body))) throw new ConfigurationError(notThere(path));
  }

  /** Deletes a resource. Was there one? */
  async remove(path: string): Promise<boolean> {
    return (await this.#send("DELETE", path)) !== undefined;
  }

  async #send(method: string, path: string, body?: unknown): Promise<ApiObject | undefined> {
    const response = await this.#request(method, path, body);
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok)
      throw new ConfigurationError(`Infobip refused ${method} ${path}: ${reason(response, text)}`);
    const parsed = v.safeParse(found, parse(text === "" ? "{}" : text));
    if (!parsed.success)
      throw new ConfigurationError(`Infobip answered ${method} ${path} with something else than JSON`);
    return parsed.output;
  }

  async #request(method: string, path: string, body: unknown): Promise<Response> {
    const url = new URL(`/subscriptions/1/${path}`, this.#baseUrl);
    try {
      return await fetch(url, {
        method,
        headers: {
          authorization: this.#authorization,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new ConfigurationError(`nobody answers at ${url.origin}: see INFOBIP_BASE_URL`);
    }
  }
}

function notThere(path: string): string {
  return `Infobip has no ${path}: does the account have the Subscriptions API?`;
}

function reason({ status, statusText }: Response, text: string): string {
  if (status === 401) return "401, the key is not known";
  if (status === 403) return "403, the key needs the right subscriptions:manage";
  if (status === 429) return "429, too many requests: run it again in a minute";
  const parsed = v.safeParse(refusal, parse(text));
  if (!parsed.success) return `${status} ${statusText}`;
  const { text: said, validationErrors = {} } = parsed.output.requestError.serviceException;
  const faults = Object.entries(validationErrors).map(([field, words]) => `${field} ${words.join(", ")}`);
  return `${status} ${[said, ...faults].join("; ")}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
