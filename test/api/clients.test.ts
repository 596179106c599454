import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signIn } from "../../lib/api/admission.ts";
import { Clients, isOver, rotated, type StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { FailedSignIns } from "../../lib/api/failed-sign-ins.ts";
import { Refusal } from "../../lib/api/refusals.ts";
import { rateOf, restrict } from "../../lib/api/rights.ts";
import { matches } from "../../lib/archive/search/filters.ts";
import { openTable } from "../archive/table.ts";
import { basic } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";

const PAIRS = "Aladdin:open sesame,Ali:b:c";
const secret = newSecret();
const STORED: StoredClient = { id: "ab12", name: "reporting", isTextHidden: true, ...secret };

let nowMs = 0;

/** Who a header is of; undefined when it is refused with 401. */
async function known(header: string | undefined, stored = STORED, pairs = PAIRS) {
  const services = {
    credentials: async () => pairs,
    clients: { find: async (id: string) => (id === stored.id ? stored : undefined) },
    failedSignIns: new FailedSignIns({ perMinute: 60, burst: 1 }),
    admins: [],
    sessions: () => Promise.reject(new Error("no cookie")),
    now: () => nowMs,
  };
  try {
    return await signIn({ headers: { authorization: header }, sourceIp: "192.0.2.1" }, services);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ statusCode: 401, code: "UNAUTHORIZED" });
    return undefined;
  }
}

describe("who it is", () => {
  test.each([
    ["a pair of the environment", basic("Aladdin:open sesame"), "Aladdin"],
    ["a password with a colon", basic("Ali:b:c"), "Ali"],
    ["a stored client by Basic", basic(`ab12:${secret.secret}`), "reporting"],
    ["a stored client by its key", `App ab12-${secret.secret}`, "reporting"],
    ["the scheme in another case", `app ab12-${secret.secret}`, "reporting"],
    ["its key as Bearer", `Bearer ab12-${secret.secret}`, "reporting"],
    ["its key as IBSSO", `IBSSO ab12-${secret.secret}`, "reporting"],
  ])("%s", async (_, header, name) => {
    expect(await known(header)).toMatchObject({ name });
  });

  test.each([
    ["nothing", undefined],
    ["an empty header", ""],
    ["a wrong password", basic("Aladdin:close sesame")],
    ["no password", basic("Aladdin:")],
    ["no user", basic(":open sesame")],
    ["two pairs", basic(PAIRS)],
    ["a pair as a key", "App Ali-b:c"],
    ["a key without a secret", "App ab12-"],
    ["a key without a dash", "App ab12"],
    ["the hash instead of the secret", `App ab12-${secret.hash}`],
    ["a token that is no key", "IBSSO ab12"],
    ["a scheme that nobody has", `Digest ab12-${secret.secret}`],
    ["a pair as a token", "Bearer Ali-b:c"],
    ["what is no base64", "Basic \u00ff\u00fe"],
  ])("nobody: %s", async (_, header) => {
    expect(await known(header)).toBeUndefined();
  });

  test("no header makes it throw, and none is let in by chance", async () => {
    const header = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map(basic),
      fc.string().map((key) => `App ${key}`),
    );
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        expect(await known(value)).toBeUndefined();
      }),
    );
  });

  test("of a secret only a salted hash is kept, each time another", () => {
    const { salt, hash } = newSecret();
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect([salt, hash]).not.toContain(secret.salt);
    expect(JSON.stringify({ ...STORED, secret: undefined })).not.toContain(secret.secret);
  });

  test("pairs that are unset let nobody in, and are a fault of ours that the log is told", async () => {
    const attempt = (header: string, pairs: string) =>
      signIn(
        { headers: { authorization: header }, sourceIp: "" },
        {
          credentials: async () => pairs,
          clients: { find: async () => undefined },
          failedSignIns: new FailedSignIns({ perMinute: 60, burst: 1 }),
          admins: [],
          sessions: () => Promise.reject(new Error("no cookie")),
          now: () => 0,
        },
      );
    const cause = { code: "CONFIGURATION", message: expect.stringContaining("QUERY_CREDENTIALS") };
    await expect(attempt(basic("a:b"), "")).rejects.toMatchObject({ statusCode: 401, cause });
    await expect(attempt(basic(":"), "")).rejects.toMatchObject({ statusCode: 401, cause: undefined });
    await expect(attempt(basic("a:b"), PAIRS)).rejects.toMatchObject({ statusCode: 401, cause: undefined });
    await expect(attempt("App a-b", "")).rejects.toMatchObject({ statusCode: 401, cause: undefined });
  });
});

describe("keys that end", () => {
  const key = (of: { secret: string }) => `App ab12-${of.secret}`;

  test("a client with an end is nobody from then on", async () => {
    const client = { ...STORED, untilMs: 1_000 };
    nowMs = 999;
    expect([isOver(client, nowMs), await known(key(secret), client)]).toMatchObject([false, { id: "ab12" }]);
    nowMs = 1_000;
    expect([isOver(client, nowMs), await known(key(secret), client)]).toEqual([true, undefined]);
  });

  test("a rotated client is known by both secrets for a while, and then by the new one", async () => {
    const next = newSecret();
    const client = rotated(STORED, next, 1_000, 500);
    expect(client).toMatchObject({ name: "reporting", isTextHidden: true });
    nowMs = 1_499;
    expect(await Promise.all([known(key(secret), client), known(key(next), client)])).toEqual([
      client,
      client,
    ]);
    nowMs = 1_500;
    expect(await known(key(secret), client)).toBeUndefined();
    expect(await known(key(next), client)).toEqual(client);
  });

  test("a second rotation ends the first one's overlap; one without an overlap ends the old secret at once", async () => {
    const [second, third] = [newSecret(), newSecret()];
    const client = rotated(rotated(STORED, second, 0, 10_000), third, 0, 10_000);
    nowMs = 1;
    expect(await known(key(secret), client)).toBeUndefined();
    expect(await known(key(second), client)).toBeDefined();
    const atOnce = rotated(STORED, second, 0, 0);
    expect(atOnce).not.toHaveProperty("previous");
    expect(await known(key(secret), atOnce)).toBeUndefined();
  });
});

test("a client is remembered for half a minute, and gone then when it was revoked", async () => {
  await using table = await openTable();
  nowMs = 0;
  const deployed = new Clients(table.db, () => nowMs);
  const command = new Clients(table.db, () => nowMs);
  await command.save(STORED);
  expect(await deployed.find("ab12")).toMatchObject({ name: "reporting" });
  await command.revoke("ab12");
  nowMs = 29_999;
  expect(await deployed.find("ab12")).toBeDefined();
  nowMs = 30_000;
  expect(await deployed.find("ab12")).toBeUndefined();
  // Unknown ones are remembered, too: guessing costs one read in half a minute for each id.
  await command.save(STORED);
  expect(await deployed.find("ab12")).toBeUndefined();
  nowMs = 60_000;
  expect(await deployed.find("ab12")).toBeDefined();
  expect(await Array.fromAsync(command.list())).toHaveLength(1);
});

describe("what it may ask", () => {
  const client = { id: "a", name: "a", isTextHidden: false };

  test("a rate of its own, a small one with a burst no larger", () => {
    const otherwise = { perMinute: 3_000, burst: 600 };
    expect(rateOf(client, otherwise)).toEqual(otherwise);
    expect(rateOf({ ...client, perMinute: 10 }, otherwise)).toEqual({ perMinute: 10, burst: 10 });
    expect(rateOf({ ...client, burst: 5 }, otherwise)).toEqual({ perMinute: 3_000, burst: 5 });
  });

  test("what is asked for and what is allowed become the narrowest condition", () => {
    const limited = { ...client, channels: ["SMS"], senders: ["A", "B", "A"] };
    expect(restrict({}, limited)).toEqual({ channel: "SMS", amongSenders: ["A", "B"] });
    expect(restrict({ from: "B", to: "1" }, limited)).toEqual({ channel: "SMS", from: "B", to: "1" });
    expect(restrict({ channel: "EMAIL", from: "C" }, client)).toEqual({ channel: "EMAIL", from: "C" });
  });

  test("with nothing in common, nothing need be read", () => {
    expect(restrict({ channel: "EMAIL" }, { ...client, channels: ["SMS", "PUSH"] })).toBeUndefined();
    expect(restrict({ from: "C" }, { ...client, senders: ["A"] })).toBeUndefined();
    expect(restrict({}, { ...client, channels: [] })).toBeUndefined();
  });

  test("a restricted filter matches what the filter and the rights both do, and nothing else", () => {
    const name: fc.Arbitrary<string> = fc.constantFrom("A", "B", "C");
    const some = fc.option(fc.array(name, { maxLength: 3 }), { nil: undefined });
    const asked = fc.record({ channel: name, from: name }, { requiredKeys: [] });
    const facts = fc.record({ channel: name, from: fc.option(name, { nil: undefined }) });
    fc.assert(
      fc.property(asked, some, some, facts, (filter, channels, senders, { channel, from }) => {
        const record = aRecord({ channel, ...(from === undefined ? { from: "" } : { from }) });
        const isAllowed =
          (channels?.includes(channel) ?? true) && (senders?.includes(from ?? "none") ?? true);
        const narrowed = restrict(filter, { ...client, channels, senders });
        expect(narrowed !== undefined && matches(narrowed, record)).toBe(
          matches(filter, record) && isAllowed,
        );
      }),
      { numRuns: 500 },
    );
  });
});
