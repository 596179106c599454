import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { handler } from "../../functions/query.ts";
import { Clients, type StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { RateLimiter } from "../../lib/api/rate.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { basic, CREDENTIALS, type Service, startService } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";

const LOGS = "/omni/1/logs";
const ORIGIN = "https://console.example.com";
const FAILURES_PER_MINUTE = 2;

let service: Service;
const keys = new Map<string, string>();

beforeAll(async () => {
  service = await startService({
    QUERY_FAILURES_PER_MINUTE: String(FAILURES_PER_MINUTE),
    CORS_ORIGINS: `https://other.example.com,${ORIGIN}`,
  });
  await service.store(
    ["Shop", "Bank", "Shop", "Bank"].map((from, n) =>
      aRecord({
        from,
        messageId: `${from}-secret-${n}`,
        to: String(n % 2),
        channel: n < 2 ? "SMS" : "EMAIL",
      }),
    ),
  );
  await makeClient("shop", { senders: ["Shop"] });
  await makeClient("slow", { perMinute: 1, burst: 2 });
  await makeClient("over", { untilMs: Date.now() - 1 });
});
afterAll(() => service[Symbol.asyncDispose]());
afterEach(() => void vi.restoreAllMocks());

async function makeClient(id: string, rights: Partial<StoredClient>): Promise<void> {
  const { secret, salt, hash } = newSecret();
  await new Clients(openDatabase("omnilog"), Date.now).save({ id, name: id, salt, hash, ...rights });
  keys.set(id, `App ${id}-${secret}`);
}

const as = (id: string) => ({ authorization: keys.get(id) ?? id });

describe("HEAD and OPTIONS", () => {
  test("HEAD is GET without its body, and needs the same rights", async () => {
    const [head, get] = [await service.ask(LOGS, { method: "HEAD" }), await service.ask(LOGS)];
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    expect((await service.ask(LOGS, { method: "HEAD", headers: { authorization: "" } })).status).toBe(401);
    expect((await service.ask(`${LOGS}?limit=0`, { method: "HEAD" })).status).toBe(400);
    expect((await service.ask("/nothing", { method: "HEAD" })).status).toBe(404);
  });

  test("OPTIONS names the methods, and asks for no credentials", async () => {
    const response = await fetch(service.url + LOGS, { method: "OPTIONS" });
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(response.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect((await fetch(`${service.url}/nothing`, { method: "OPTIONS" })).status).toBe(404);
  });

  test("a page of a configured origin may ask, and read what it needs; another may not", async () => {
    const preflight = {
      "access-control-request-method": "GET",
      "access-control-request-headers": "authorization",
    };
    const ask = (origin: string, method: string) =>
      service.ask(LOGS, { method, headers: { origin, ...(method === "OPTIONS" ? preflight : {}) } });
    const { headers } = await ask(ORIGIN, "OPTIONS");
    expect(headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(headers.get("access-control-allow-headers")).toContain("authorization");
    expect(headers.get("access-control-allow-headers")).toContain("omnilog-ack");
    expect(headers.get("access-control-allow-methods")).toContain("GET");
    const answer = await ask(ORIGIN, "GET");
    expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(answer.headers.get("access-control-expose-headers")).toMatch(/link.*omnilog-next-cursor/);
    expect(answer.headers.get("vary")).toMatch(/authorization.*origin/);
    for (const origin of ["https://evil.example.com", `${ORIGIN}.evil.example.com`, "null"])
      expect((await ask(origin, "GET")).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("what is refused can be read by the page, too", async () => {
    const response = await service.ask(LOGS, { headers: { origin: ORIGIN, authorization: "" } });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([401, ORIGIN]);
  });
});

test("the console's path with a slash leads to the one without, wherever the API lies", async () => {
  for (const method of ["GET", "HEAD"]) {
    const response = await fetch(`${service.url}/console/`, { method, redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([308, "../console"]);
    expect(await response.text()).toBe("");
  }
});

test("the health path says that somebody is there, to anybody, and nothing else", async () => {
  const response = await fetch(`${service.url}/health`);
  expect([response.status, await response.json()]).toEqual([200, { status: "UP" }]);
});

describe("a rate", () => {
  test("shows in every answer to a client", async () => {
    const shown = async (target: string, init: RequestInit = {}) => {
      const { status, headers } = await service.ask(target, {
        ...init,
        headers: { ...as("slow"), ...init.headers },
      });
      const values = ["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`));
      return [status, ...values.map(Number), headers.get("retry-after")];
    };
    expect(await shown(LOGS)).toEqual([200, 2, 1, 60, null]);
    expect(await shown(`${LOGS}?limit=0`)).toEqual([400, 2, 0, expect.any(Number), null]);
    const [status, limit, remaining, reset, retryAfter] = await shown(LOGS, { method: "HEAD" });
    expect([status, limit, remaining]).toEqual([429, 2, 0]);
    expect(reset).toBeGreaterThan(100);
    expect(Number(retryAfter)).toBeGreaterThan(50);
  });

  test("tells, without another write, when a client was last let in", async () => {
    const beforeMs = Date.now();
    await service.ask(LOGS, { headers: as("shop") });
    const rates = new RateLimiter(openDatabase("omnilog"));
    const usedMs = (await rates.lastUsedMs("shop")) ?? 0;
    expect(usedMs).toBeGreaterThanOrEqual(beforeMs);
    expect(usedMs).toBeLessThanOrEqual(Date.now());
    expect(await rates.lastUsedMs("never")).toBeUndefined();
  });
});

describe("the next page", () => {
  test("is a link, with all that was asked for", async () => {
    const first = await service.ask(`${LOGS}?to=0&limit=1&useCursor=true`);
    const [, target = ""] = /^<(.*)>; rel="next"$/.exec(first.headers.get("link") ?? "") ?? [];
    expect(target).toMatch(/^\/omni\/1\/logs\?to=0&limit=1&useCursor=true&cursor=[\w-]+$/);
    const next = await service.ask(target);
    const seen = [await first.json(), await next.json()] as { results: { messageId: string }[] }[];
    expect(seen.flatMap(({ results }) => results.map(({ messageId }) => messageId)).sort()).toEqual([
      "Shop-secret-0",
      "Shop-secret-2",
    ]);
    expect(next.headers.get("link")).toBeNull();
  });

  test("has a cursor that names no message, and is nobody else's", async () => {
    for (const accept of ["application/json", "application/xml", "text/csv", "application/x-ndjson"]) {
      const response = await service.ask(`${LOGS}?limit=1&useCursor=true`, { headers: { accept } });
      const cursor = response.headers.get("omnilog-next-cursor") ?? "";
      expect(Buffer.from(cursor, "base64url").toString("latin1")).not.toMatch(/secret|Shop|Bank|SMS|EMAIL/);
      expect((await service.ask(`${LOGS}?limit=1&cursor=${cursor}`)).status).toBe(200);
      expect((await service.ask(`${LOGS}?limit=1&cursor=${cursor}`, { headers: as("shop") })).status).toBe(
        400,
      );
      expect((await service.ask(`${LOGS}?to=1&limit=1&cursor=${cursor}`)).status).toBe(400);
    }
  });
});

test("who asks for what it may not see is answered at once, for nothing", async () => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const response = await service.ask(`${LOGS}?from=Bank`, { headers: as("shop") });
  expect(await response.json()).toEqual({ results: [] });
  const [line] = write.mock.calls.map(([text]) => String(text)).filter((text) => text.startsWith("query"));
  expect(line).toContain("status 200");
  expect(line).not.toContain("readUnits");
});

describe("signing in", () => {
  const statusOf = async (authorization: string, sourceIp: string) => {
    const { statusCode, headers, body } = await handler({
      rawPath: LOGS,
      headers: { authorization },
      requestContext: { requestId: "r", http: { method: "GET", sourceIp } },
    });
    return { statusCode, headers, body };
  };

  test("with a key that has ended is refused", async () => {
    expect((await service.ask(LOGS, { headers: as("over") })).status).toBe(401);
  });

  test("works with a key behind each of Infobip's schemes", async () => {
    for (const scheme of ["App", "IBSSO", "Bearer"]) {
      const authorization = (keys.get("shop") ?? "").replace("App", scheme);
      expect((await service.ask(LOGS, { headers: { authorization } })).status).toBe(200);
    }
  });

  test("is refused for a while after too many failures, without a look into the table", async () => {
    const send = vi.spyOn(openDatabase("omnilog").client.constructor.prototype, "send");
    const failures = [];
    for (let n = 0; n < 10; n++) failures.push(await statusOf(`App guess${n}-1`, "203.0.113.9"));
    const burst = FAILURES_PER_MINUTE * 3;
    expect(failures.map(({ statusCode }) => statusCode)).toEqual(
      Array.from({ length: 10 }, (_, n) => (n < burst ? 401 : 429)),
    );
    expect(send).toHaveBeenCalledTimes(burst);
    const last = failures.at(-1);
    expect(Number(last?.headers["retry-after"])).toBeGreaterThan(0);
    expect(JSON.parse(last?.body ?? "").requestError.serviceException).toEqual({
      messageId: "TOO_MANY_REQUESTS",
      text: "Too many requests",
    });
    // Neither do right credentials help from there, unless somebody has signed in so before.
    expect((await statusOf(basic(CREDENTIALS), "203.0.113.9")).statusCode).toBe(429);
    expect((await statusOf(basic(CREDENTIALS), "203.0.113.10")).statusCode).toBe(200);
  });

  test("as somebody unknown, again and again, costs one read", async () => {
    const send = vi.spyOn(openDatabase("omnilog").client.constructor.prototype, "send");
    for (let n = 0; n < 5; n++)
      expect((await statusOf("App nobody-1", `203.0.113.2${n}`)).statusCode).toBe(401);
    expect((await statusOf("App no/body-1", "203.0.113.30")).statusCode).toBe(401);
    expect(send).toHaveBeenCalledTimes(1);
  });
});
