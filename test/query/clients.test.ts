import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rateOf, restrict } from "../../lib/query/access.ts";
import { authenticate, newSecret, type StoredClient } from "../../lib/query/clients.ts";
import { Clients } from "../../lib/store/clients.ts";
import { basic } from "../functions/service.ts";
import { openTable } from "../store/table.ts";

const PAIRS = "Aladdin:open sesame,Ali:b:c";
const secret = newSecret();
const STORED: StoredClient = { id: "ab12", name: "reporting", isTextHidden: true, ...secret };

const known = (header: string | undefined) =>
  authenticate(
    header,
    async () => PAIRS,
    async (id) => (id === STORED.id ? STORED : undefined),
  );

describe("who it is", () => {
  test.each([
    ["a pair of the environment", basic("Aladdin:open sesame"), "Aladdin"],
    ["a password with a colon", basic("Ali:b:c"), "Ali"],
    ["a stored client by Basic", basic(`ab12:${secret.secret}`), "reporting"],
    ["a stored client by its key", `App ab12-${secret.secret}`, "reporting"],
    ["the scheme in another case", `app ab12-${secret.secret}`, "reporting"],
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
    ["a scheme of Infobip's that we have not", "IBSSO ab12"],
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

  test("a pair that was changed counts from the next refusal on", async () => {
    let value = "old:1";
    const credentials = async (refresh: boolean) => (refresh ? "new:2" : value);
    expect(await authenticate(basic("new:2"), credentials, async () => undefined)).toMatchObject({
      id: "new",
    });
    value = "";
    expect(await authenticate(basic("old:1"), credentials, async () => undefined)).toBeUndefined();
  });
});

test("a client is remembered for half a minute, and gone then when it was revoked", async () => {
  await using table = await openTable();
  let nowMs = 0;
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

  test("one channel or sender narrows the query itself; what it asks for is never widened", () => {
    const limited = { ...client, channels: ["SMS"], senders: ["A", "B"] };
    expect(restrict({}, limited)).toEqual({
      channel: "SMS",
      amongChannels: ["SMS"],
      amongSenders: ["A", "B"],
    });
    expect(restrict({ channel: "EMAIL", from: "C" }, limited)).toMatchObject({
      ...{ channel: "EMAIL", from: "C", amongChannels: ["SMS"], amongSenders: ["A", "B"] },
    });
  });
});
