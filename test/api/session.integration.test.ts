import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { request } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Clients, type StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { Sessions } from "../../lib/api/sessions.ts";
import { Positions } from "../../lib/log/positions.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { sha256 } from "../../lib/runtime/hash.ts";
import { basic, CREDENTIALS, type Service, startService } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";
import { Browser } from "./browser.ts";

const ME = "/omnilog/1/session";
const LOGS = "/omni/1/logs";
const ALADDIN = { user: "Aladdin", password: "open sesame" };

let service: Service;
let browser: Browser;
const keys = new Map<string, string>();

beforeAll(async () => {
  service = await startService({ QUERY_RATE_BURST: "100000", QUERY_ADMINS: "Aladdin" });
  await service.store(
    ["Shop", "Bank"].flatMap((from) =>
      ["SMS", "EMAIL"].map((channel) =>
        aRecord({ from, channel, messageId: `${from}-${channel}`, text: `from ${from}` }),
      ),
    ),
  );
  await makeClient("shop", { senders: ["Shop"], isTextHidden: true, isAdmin: true });
  await makeClient("mail", { channels: ["EMAIL"] });
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => {
  browser = new Browser(service);
});

async function makeClient(id: string, rights: Partial<StoredClient>): Promise<void> {
  const { secret, salt, hash } = newSecret();
  await new Clients(openDatabase("omnilog"), Date.now).save({ id, name: id, salt, hash, ...rights });
  keys.set(id, `${id}-${secret}`);
}

const tokenOf = ({ cookie = "" }: Browser) => cookie.split("=")[1] ?? "";
const statusOf = async (asked: Promise<Response>) => (await asked).status;

describe("signing in", () => {
  test("gives a cookie that no script can read and no other site can send, and says who it is", async () => {
    const response = await browser.signIn(ALADDIN);
    expect([response.status, await response.json()]).toEqual([
      200,
      { client: "Aladdin", isAdmin: true, isTextHidden: false, expiresAt: expect.stringMatching(/Z$/) },
    ]);
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-omnilog=[\w-]{43}; Max-Age=43200; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    );
    expect(await (await browser.ask(ME)).json()).toMatchObject({ client: "Aladdin" });
  });

  test("works with a key, and with a user name of the table", async () => {
    expect(await statusOf(browser.signIn({ key: keys.get("mail") }))).toBe(200);
    const password = keys.get("mail")?.split("-")[1];
    expect(await statusOf(browser.signIn({ user: "mail", password }))).toBe(200);
  });

  test.each([
    [{ user: "Aladdin", password: "wrong" }, 401],
    [{ user: "nobody", password: "" }, 401],
    [{ key: "mail-1" }, 401],
    [{ key: " " }, 401],
    // The pair is one text, which must not be read as another user's.
    [{ user: "Aladdin:open sesame", password: "" }, 400],
    [{ user: "", password: "x" }, 400],
    [{ user: "x".repeat(129), password: "x" }, 400],
    [{ ...ALADDIN, key: "x" }, 400],
    [{ user: ["Aladdin"], password: "open sesame" }, 400],
    [[], 400],
  ])("%j: %d", async (body, status) => {
    const response = await browser.signIn(body);
    expect([response.status, response.headers.get("set-cookie")]).toEqual([status, null]);
  });

  test("is for our own page alone", async () => {
    const refused: [Record<string, string>, number][] = [
      [{ "sec-fetch-site": "cross-site" }, 403],
      [{ "sec-fetch-site": "same-site" }, 403],
      [{ "sec-fetch-site": "none" }, 403],
      [{ "sec-fetch-site": "" }, 403],
      [{ origin: "https://evil.example.com" }, 403],
      [{ origin: "null" }, 403],
      [{ origin: "" }, 403],
      [{ origin: `${service.url}.evil.example.com` }, 403],
      [{ "content-type": "text/plain" }, 415],
      [{ "content-type": "application/x-www-form-urlencoded" }, 415],
    ];
    for (const [headers, status] of refused)
      expect([headers, await statusOf(browser.signIn(ALADDIN, headers))]).toEqual([headers, status]);
  });

  test("never takes a token over that it finds, and ends the session before", async () => {
    const chosen = "A".repeat(43);
    browser.cookie = `__Host-omnilog=${chosen}`;
    await browser.signIn(ALADDIN);
    const first = tokenOf(browser);
    expect(first).not.toBe(chosen);
    await browser.signIn({ key: keys.get("mail") });
    expect(tokenOf(browser)).not.toBe(first);
    for (const token of [chosen, first])
      expect(await statusOf(browser.ask(ME, { headers: { cookie: `__Host-omnilog=${token}` } }))).toBe(401);
  });
});

describe("a session", () => {
  beforeEach(async () => {
    await browser.signIn(ALADDIN);
  });

  test("lets its page read, and no other", async () => {
    expect(await statusOf(browser.ask(LOGS))).toBe(200);
    expect(await statusOf(browser.ask(LOGS, { method: "HEAD" }))).toBe(200);
    for (const site of ["cross-site", "same-site", "none", ""])
      expect(await statusOf(browser.ask(LOGS, { headers: { "sec-fetch-site": site } }))).toBe(403);
  });

  test("changes nothing but itself: no position, and no report is taken", async () => {
    const rewind = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"to":"oldest"}',
    };
    expect(await statusOf(browser.ask("/omnilog/1/positions/sms", rewind))).toBe(403);
    expect(await statusOf(browser.ask(LOGS, { method: "POST" }))).toBe(403);
    for (const path of ["/sms/1/reports", "/email/1/reports", "/omni/1/reports", "/sms/3/reports"])
      expect(await statusOf(browser.ask(path))).toBe(403);
    expect(await new Positions(openDatabase("omnilog")).load("Aladdin", "sms", true)).toBeUndefined();
  });

  test("is no way round: with the password that a browser remembers another site moves and takes nothing either", async () => {
    const authorization = `Basic ${btoa("Aladdin:open sesame")}`;
    // Node's fetch says of itself that it is cors.
    const byForm = { authorization, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    const rewind = { method: "POST", body: '{"to":"end"}' } as const;
    for (const [path, init] of [
      ["/omnilog/1/positions/sms", rewind] as const,
      ["/omnilog/1/quarantine/x/replay", rewind] as const,
      ["/sms/1/reports", {}] as const,
    ]) {
      const { statusCode, body } = await request(service.url + path, { ...init, headers: byForm });
      await body.dump();
      expect(statusCode).toBe(403);
    }
    expect(await new Positions(openDatabase("omnilog")).load("Aladdin", "sms", true)).toBeUndefined();
  });

  test("is over when it is signed out of, also for who has copied the cookie", async () => {
    const { cookie = "" } = browser;
    for (const headers of [{ origin: "https://evil.example.com" }, { "sec-fetch-site": "cross-site" }])
      expect(await statusOf(browser.ask(ME, { method: "DELETE", headers: { ...headers } }))).toBe(403);
    expect(await statusOf(browser.ask(ME))).toBe(200);
    expect(await statusOf(browser.ask(ME, { method: "DELETE" }))).toBe(204);
    expect(browser.cookie).toBeUndefined();
    expect(await statusOf(browser.ask(LOGS, { headers: { cookie } }))).toBe(401);
    expect(await statusOf(browser.ask(ME, { method: "DELETE", headers: { cookie } }))).toBe(401);
  });

  test("is over when it is revoked", async () => {
    await new Sessions(openDatabase("omnilog")).end(sha256(tokenOf(browser)), Date.now());
    expect(await statusOf(browser.ask(LOGS))).toBe(401);
  });

  test("gives way to an Authorization header, right or wrong", async () => {
    const asked = await browser.ask(ME, { headers: { authorization: `App ${keys.get("mail")}` } });
    expect(await asked.json()).toEqual({
      client: "mail",
      isAdmin: false,
      channels: ["EMAIL"],
      isTextHidden: false,
    });
    expect(await statusOf(browser.ask(ME, { headers: { authorization: "App nobody-1" } }))).toBe(401);
  });

  test("is not guessed from a cookie that is there twice, or is no token", async () => {
    const { cookie = "" } = browser;
    for (const wrong of [
      `${cookie}; ${cookie}`,
      `__Host-omnilog=${"A".repeat(43)}; ${cookie}`,
      `${cookie}x`,
      "__Host-omnilog=",
    ])
      expect(await statusOf(browser.ask(ME, { headers: { cookie: wrong } }))).toBe(401);
    expect(await statusOf(browser.ask(ME, { headers: { cookie: `a=b; ${cookie}; c=d` } }))).toBe(200);
  });

  test("leaves nothing in the table that would open it", async () => {
    const { client } = openDatabase("omnilog");
    const { Items = [] } = await client.send(new ScanCommand({ TableName: "omnilog" }));
    const sessions = Items.filter(({ pk }) => pk === "session");
    expect(sessions.length).toBeGreaterThan(0);
    const text = JSON.stringify(sessions);
    expect(text).not.toContain(tokenOf(browser));
    expect(text).not.toContain("open sesame");
    for (const { e, v } of sessions) expect([e > Date.now() / 1000, v]).toEqual([true, 1]);
  });
});

describe("a limited client's session", () => {
  const questions = [
    ...[
      "",
      "?limit=1000",
      "?from=Bank",
      "?channel=SMS",
      "?messageId=Bank-SMS",
      "?messageId=Bank-SMS,Shop-SMS",
    ],
    ...["?text=from", "?limit=1&useCursor=true", "?to=41793026727"],
  ];

  test.each(["shop", "mail"])("of %s sees what its key sees, and nothing else", async (id) => {
    await browser.signIn({ key: keys.get(id) });
    for (const question of questions) {
      const headers = { authorization: `App ${keys.get(id)}`, accept: "application/json" };
      const byKey = await fetch(service.url + LOGS + question, { headers });
      const bySession = await browser.ask(LOGS + question);
      expect([bySession.status, await bySession.text()]).toEqual([byKey.status, await byKey.text()]);
    }
    const text = await (await browser.ask(`${LOGS}?limit=1000`)).text();
    expect(text).not.toMatch(id === "shop" ? /Bank|from Shop/ : /SMS/);
  });

  test("is no admin's, whatever its client is said to be", async () => {
    await browser.signIn({ key: keys.get("shop") });
    expect(await (await browser.ask(ME)).json()).toMatchObject({ isAdmin: false, senders: ["Shop"] });
  });
});

test("a page is not asked for a password by the browser; whoever has no browser is", async () => {
  const challenge = async (asked: Promise<Response>) => (await asked).headers.get("www-authenticate");
  expect(await challenge(browser.ask(LOGS))).toMatch(/^Cookie /);
  browser.cookie = "__Host-omnilog=gone";
  expect(await challenge(browser.ask(LOGS))).toMatch(/^Cookie /);
  expect(await challenge(browser.signIn({ key: "mail-1" }))).toMatch(/^Cookie /);
  expect(await challenge(fetch(service.url + LOGS))).toMatch(/^Basic /);
  expect((await service.ask(LOGS, { headers: { authorization: basic(CREDENTIALS) } })).status).toBe(200);
});
