import type { Service } from "../functions/service.ts";

/** The headers that a browser sends, by where the page stands that asks. */
export type Site = "same-origin" | "same-site" | "cross-site" | "none";

/** A request as a browser makes it: the headers that no script can set, and the cookie that it was given. */
export class Browser {
  readonly #service: Service;
  cookie: string | undefined;

  constructor(service: Service) {
    this.#service = service;
  }

  /** Asks from a page of our own, unless `headers` say otherwise; an empty header is left out. */
  async ask(
    target: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const own = {
      accept: "application/json",
      "sec-fetch-site": "same-origin",
      "sec-fetch-mode": "cors",
      origin: this.#service.url,
      ...(this.cookie ? { cookie: this.cookie } : {}),
      ...init.headers,
    };
    const headers = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== ""));
    const response = await fetch(this.#service.url + target, { ...init, headers });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.includes("Max-Age=0") ? undefined : set.split(";")[0];
    return response;
  }

  /** Signs in by what a user types. */
  signIn(body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.ask("/omnilog/1/session", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }
}
