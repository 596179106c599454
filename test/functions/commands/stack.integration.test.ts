import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { AUTHORIZATION, startInfobip } from "../../../infra/local/imitation/server.ts";
import { World } from "../../../infra/local/imitation/world.ts";
import { parseBlocks } from "../../../lib/archive/day-format.ts";
import { Quarantine } from "../../../lib/ingest/quarantine.ts";
import { Positions } from "../../../lib/log/positions.ts";
import { formatMoment } from "../../../lib/message/moment.ts";
import { expiresAtSeconds } from "../../../lib/message/record.ts";
import { appendTo } from "../../archive/appending.ts";
import { openTable } from "../../archive/table.ts";
import { aReport, arrive } from "../../log/arrivals.ts";
import { aRecord, DELIVERED } from "../../message/records.ts";
import { startAccount } from "./account.ts";
import { runCommand } from "./run.ts";

const HOUR_MS = 3_600_000;
const NO_STACK = { STACK_NAME: undefined, AWS_ENDPOINT_URL_DYNAMODB: undefined };

/** A deployed stack, as far as commands see it: what AWS says of it, and its table. */
async function deploy(settings: Readonly<Record<string, string>>) {
  const table = await openTable();
  const account = await startAccount("shop", {
    TABLE_NAME: table.db.table,
    STACK_NAME: "shop",
    LOG_FORMAT: "json",
    ...settings,
  });
  return {
    db: table.db,
    run: (command: string, ...args: string[]) =>
      runCommand(command, [...args, "--stack", "shop"], {
        ...account.environment,
        AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
        // What is set on the machine of whoever runs it does not count.
        RETENTION_HOURS: "1",
        TABLE_NAME: "another",
      }),
    records: async () => {
      const { Items = [] } = await table.db.client.send(new ScanCommand({ TableName: table.db.table }));
      return parseBlocks(Items.filter(({ pk }) => String(pk).startsWith("d#"))).flatMap(({ versions }) =>
        versions.map(({ record, keepSeconds }) => ({
          record,
          e: expiresAtSeconds(record, keepSeconds / 3600),
        })),
      );
    },
    async [Symbol.asyncDispose]() {
      await account[Symbol.asyncDispose]();
      await table[Symbol.asyncDispose]();
    },
  };
}

describe("a command takes every setting from the stack that it works on", () => {
  test("a report of three days ago that is replayed on a stack of 8,760 h is kept", async () => {
    await using stack = await deploy({ RETENTION_HOURS: "8760" });
    const sentAt = formatMoment(Date.now() - 72 * HOUR_MS);
    const report = { messageId: "m1", to: "41793026727", sentAt, doneAt: sentAt, status: DELIVERED };
    await new Quarantine(stack.db, 8_760).keep(
      { page: "sms#1", source: "sms", place: 0, reason: "it was not understood", atMs: Date.now() },
      JSON.stringify(report),
    );
    const { out, err, code } = await stack.run("quarantine", "replay");
    expect({ out, code }).toEqual({ out: expect.stringContaining("let go; records stored: 1"), code: 0 });
    expect(err).toBe("stack shop: TABLE_NAME=test RETENTION_HOURS=8760\n");
    const [stored] = await stack.records();
    expect(stored?.e).toBeGreaterThan((Date.now() + 8_680 * HOUR_MS) / 1000);
  });

  test("what is backfilled on a stack of 96 h lives 96 h", async () => {
    const nowMs = Date.now();
    const world = new World({ seed: 1, startAt: nowMs });
    world.send(20, { from: nowMs - 2 * HOUR_MS, until: nowMs - HOUR_MS });
    const infobip = await startInfobip({ world, now: Date.now });
    await using stack = await deploy({
      RETENTION_HOURS: "96",
      INFOBIP_BASE_URL: infobip.url,
      INFOBIP_AUTHORIZATION: AUTHORIZATION,
      RECONCILE_REQUESTS_PER_MINUTE: "120",
    });
    const { out, err, code } = await stack.run(
      "backfill",
      "--since",
      formatMoment(nowMs - 3 * HOUR_MS),
      "--until",
      formatMoment(nowMs),
    );
    await infobip.close();
    expect({ err, code }).toMatchObject({ code: 0 });
    expect(JSON.parse(out)).toMatchObject({ checked: 20 });
    expect(err).toContain("RETENTION_HOURS=96");
    expect(err).not.toContain(AUTHORIZATION);
    const records = await stack.records();
    expect(records).toHaveLength(20);
    for (const { record, e } of records) expect(e).toBe(expiresAtSeconds(record, 96));
  });
});

test("retention extend: to what the stack says", async () => {
  await using stack = await deploy({ RETENTION_HOURS: "8760" });
  const record = aRecord({ sentAt: formatMoment(Date.now()) });
  await appendTo(stack.db, { retentionHours: 48 }, [record]);
  const { out, code } = await stack.run("retention", "extend");
  expect({ ...JSON.parse(out), code }).toEqual({
    records: 1,
    extended: 1,
    pages: 0,
    besidePages: 0,
    quarantined: 0,
    hours: 0,
    code: 0,
  });
  expect((await stack.records())[0]?.e).toBe(expiresAtSeconds(record, 8_760));
});

describe("without what it needs a command says so in a line", () => {
  test.each([
    ["quarantine", []],
    ["backfill", []],
    ["clients", []],
    ["retention", ["extend"]],
  ])("%s: no stack is named", async (command, args) => {
    expect(await runCommand(command, args, NO_STACK)).toEqual({
      out: "",
      err: expect.stringMatching(/^which stack\? Name it by --stack NAME.*\n$/),
      code: 1,
    });
  });

  test("there is no such stack, or no credentials, or nobody answers", async () => {
    await using account = await startAccount("shop", {});
    const { environment } = account;
    const run = (more: NodeJS.ProcessEnv) =>
      runCommand("quarantine", ["--stack", "other"], { ...NO_STACK, ...environment, ...more });
    const nobody = { AWS_ENDPOINT_URL_CLOUDFORMATION: "http://127.0.0.1:9", AWS_MAX_ATTEMPTS: "1" };
    const without = {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_EC2_METADATA_DISABLED: "true",
      HOME: "/nowhere",
    };
    const told = await Promise.all([run({}), run(nobody), run(without)]);
    expect(told.map(({ err }) => err)).toEqual([
      "there is no stack other in this account and region\n",
      expect.stringMatching(/^Error: connect ECONNREFUSED.*\n$/),
      expect.stringMatching(/^CredentialsProviderError: .*\n$/),
    ]);
    expect(told.map(({ code }) => code)).toEqual([1, 1, 1]);
  });

  test("a local database, of which a setting is not told", async () => {
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9", TABLE_NAME: "omnilog" };
    const { err, code } = await runCommand("quarantine", [], { ...NO_STACK, ...environment });
    expect(err).toBe("RETENTION_HOURS must be set in the environment, for a local database\n");
    expect(code).toBe(1);
  });
});

test("clients: pulls again what arrived since a moment, and says how far each is behind", async () => {
  await using stack = await deploy({ RETENTION_HOURS: "48" });
  const positions = new Positions(stack.db);
  const atMs = Date.now() - HOUR_MS;
  for (let n = 0; n < 3; n++)
    await arrive(stack.db, { source: "sms", atMs: atMs + n * 60_000 }, [aReport(`m${n}`)]);
  await positions.begin("crm", "sms", 4);
  expect((await stack.run("clients", "list")).out).toContain(
    "crm  a user name of the setting: pulls sms up to date",
  );
  const to = new Date(atMs + 60_000).toISOString();
  const rewound = await stack.run("clients", "rewind", "crm", "--to", to, "--source", "sms");
  expect(rewound).toMatchObject({ code: 0, out: `sms: reads on from ${formatMoment(atMs + 60_000)}\n` });
  expect((await positions.load("crm", "sms", true))?.next).toEqual({ place: 2, row: 0 });
  expect((await stack.run("clients", "list")).out).toMatch(/pulls sms 2 pages behind \(\d\d min\)/);
  expect((await stack.run("clients", "rewind", "crm")).code).toBe(1);
  const misspelt = await stack.run("clients", "rewind", "cmr", "--to", "oldest");
  expect(misspelt).toMatchObject({ code: 1, err: expect.stringContaining("there is no client cmr") });
  expect((await stack.run("clients", "rewind", "crm", "--to", "end", "--source", "fax")).code).toBe(1);
});
