import { parse as parseCsv } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { numberOf } from "../../lib/message/json.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { runCommand, startCommand } from "../functions/commands/run.ts";
import { type Service, startService } from "../functions/service.ts";
import { aRecord, NOON, PENDING } from "../message/records.ts";

const ROWS = 7;
let service: Service;
beforeAll(async () => {
  service = await startService();
  const price = { pricePerMessage: numberOf("0.0100"), currency: "EUR" };
  await service.store(
    Array.from({ length: ROWS }, (_, n) =>
      aRecord({
        messageId: `m${n}`,
        sentAt: formatMoment(NOON + n),
        price,
        text: "two\nlines \u001b[31m",
        from: "Shop",
      }),
    ),
  );
});
afterAll(() => service[Symbol.asyncDispose]());

const local = () => ({ OMNILOG_URL: service.url, TABLE_NAME: "omnilog", STACK_NAME: undefined });
const start = (command: string, args: string[], environment: NodeJS.ProcessEnv = {}) =>
  startCommand(command, args, { ...local(), ...environment });
const run = (command: string, args: string[], environment: NodeJS.ProcessEnv = {}) =>
  runCommand(command, args, { ...local(), ...environment });
const logs = (...args: string[]) => run("logs", args);
const idsOf = (records: { messageId: string }[]) => records.map(({ messageId }) => messageId);
const ALL = Array.from({ length: ROWS }, (_, n) => `m${ROWS - 1 - n}`);

describe.concurrent("omnilog", () => {
  test("a table, without colours or the texts' own escapes when it is piped", async () => {
    const { out, code } = await logs("--from", "Shop", "--limit", "2");
    expect(code).toBe(0);
    expect(out).not.toContain("\u001b");
    expect(out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^sentAt +channel +from +to +status +text/),
      expect.stringMatching(/SMS +Shop +41793026727 +DELIVERED_TO_HANDSET +two lines/),
      expect.stringMatching(/SMS/),
    ]);
  });

  test("--output json, as it came, and all pages as one document, each number with its digits", async () => {
    const { out } = await logs("--output", "json", "--limit", "1");
    expect(idsOf(JSON.parse(out).results)).toEqual(["m6"]);
    const all = await logs("--output", "json", "--from", "Shop", "--limit", "3", "--all");
    expect(idsOf(JSON.parse(all.out).results)).toEqual(ALL);
    expect(all.out).toContain('"pricePerMessage":0.0100');
    expect(JSON.parse((await logs("--output", "json", "--to", "0", "--all")).out)).toEqual({ results: [] });
  });

  test("--output csv --all has one header", async () => {
    const { out } = await logs("--output", "csv", "--from", "Shop", "--limit", "3", "--all");
    expect(idsOf(parseCsv(out, { columns: true, record_delimiter: "\r\n" }))).toEqual(ALL);
  });

  test("--output ndjson", async () => {
    const { out } = await logs("--output", "ndjson", "--messageId", "m1", "--messageId", "m2");
    const lines = out.split("\n");
    expect(lines.pop()).toBe("");
    expect(idsOf(lines.map((line) => JSON.parse(line)))).toEqual(["m2", "m1"]);
    expect((await logs("--output", "ndjson", "--to", "0")).out).toBe("");
  });

  test.each([
    ["a flag that there is not", ["--colour"], {}, /--colour/],
    ["an output that there is not", ["--output", "yaml"], {}, /table, json, csv or ndjson/],
    ["a filter that the endpoint refuses", ["--limit", "0"], {}, /400.*limit.*1 to 1000/],
    ["wrong credentials", [], { OMNILOG_AUTHORIZATION: "App a-b" }, /401/],
    ["nobody there", [], { OMNILOG_URL: "http://127.0.0.1:9" }, /nobody answers at http:\/\/127.0.0.1:9/],
  ])("tells in a line: %s", async (_, args, environment, message) => {
    const { err, code } = await run("logs", args, environment);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});

test("--follow shows what arrives, and what changes, once each", async () => {
  const sentAt = formatMoment(Date.now());
  await service.store([aRecord({ messageId: "f1", to: "follow", sentAt, status: PENDING })]);
  const child = start("logs", ["--to", "follow", "--output", "ndjson", "--follow"]);
  let out = "";
  child.stdout?.on("data", (chunk) => {
    out += chunk;
  });
  const shown = () =>
    out
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line)) as { messageId: string; status: object }[];
  await expect.poll(() => idsOf(shown())).toEqual(["f1"]);
  await service.store([
    aRecord({ messageId: "f1", to: "follow", sentAt }),
    aRecord({ messageId: "f2", to: "follow", sentAt }),
  ]);
  await expect.poll(() => idsOf(shown()).sort()).toEqual(["f1", "f1", "f2"]);
  child.kill();
});

test("clients: add, list, use, revoke", async () => {
  const made = await run("clients", ["add", "team-a", "--channel", "sms", "--no-text", "--per-minute", "60"]);
  const key = /Authorization: (App \S+)/.exec(made.out)?.[1] ?? "";
  const { out } = await run("logs", ["--output", "csv", "--from", "Shop", "--limit", "1"], {
    OMNILOG_AUTHORIZATION: key,
  });
  expect(out).toContain("m6");
  expect(out).not.toContain("lines");
  const list = await run("clients", []);
  expect(list.out).toMatch(/team-a: channels SMS; all senders; no texts; 60 a minute; last used 20/);
  expect(list.out).not.toContain(key.split("-")[1]);
  const id = list.out.split(" ")[0] ?? "";
  expect((await run("clients", ["revoke", id])).code).toBe(0);
  expect((await run("clients", [])).out).toBe("");
});

test("clients: an end, and a new secret that works beside the one before", async () => {
  const until = formatMoment(Date.now() + 3_600_000);
  const keyOf = ({ out }: { out: string }) => /Authorization: (App \S+)/.exec(out)?.[1] ?? "";
  const before = keyOf(await run("clients", ["add", "team-b", "--until", until]));
  const id = before.slice("App ".length).split("-")[0] ?? "";
  expect((await run("clients", ["list"])).out).toContain(
    `team-b: all channels; all senders; ends ${until}; not used`,
  );
  const made = await run("clients", ["rotate", id, "--overlap", "2"]);
  const after = keyOf(made);
  expect(made.out).toContain("works for 2 hours more");
  const ask = (key: string) => run("logs", ["--limit", "1"], { OMNILOG_AUTHORIZATION: key });
  const [first, second] = await Promise.all([ask(before), ask(after)]);
  expect([after === before, first.code, second.code]).toEqual([false, 0, 0]);
  expect((await run("clients", ["list"])).out).toMatch(/; the secret before works until 20.*; last used 20/);
  await run("clients", ["revoke", id]);

  await run("clients", ["add", "team-c", "--basic"]);
  expect((await run("clients", ["rotate", "team-c", "--overlap", "0"])).out).toMatch(
    /^user name {2}team-c\npassword {3}\w{64}\n.*\nThe one before is refused within half a minute.\n$/,
  );
  await run("clients", ["revoke", "team-c"]);
});

test.each([
  [["add", "two words"], /NAME must be new/],
  [["add", "a", "--per-minute", "0"], /--per-minute must be a whole number/],
  [["add", "a", "--until", "tomorrow"], /--until must be a date such as/],
  [["add", "a", "--until", "2020-01-01T00:00:00Z"], /--until must be to come/],
  [["rotate", "nobody"], /no client of this ID/],
  [["rotate", "nobody", "--overlap", "some"], /--overlap/],
  [["revoke", "nobody"], /no client of this ID/],
])("clients: %j is told in a line", async (args, message) => {
  const { err, code } = await run("clients", args);
  expect(code).toBe(1);
  expect(err).toMatch(message);
  // The first line says which database it is.
  expect(err.trim().split("\n")).toHaveLength(2);
});
