import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundles, bundleFunctions, FUNCTION_NAMES, type FunctionName } from "../../infra/bundle.ts";
import { type EmbeddedDatabase, makeTable, startEmbeddedDatabase } from "../../infra/local/database.ts";
import { AUTHORIZATION, type Infobip, startInfobip } from "../../infra/local/imitation/server.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { kindsOf } from "../../lib/runtime/kinds.ts";

const TABLE_NAME = "bundled";
const KEYS = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

let folder: string;
let bundles: Bundles;
let database: EmbeddedDatabase;
let infobip: Infobip;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "omnilog-bundles-"));
  bundles = bundleFunctions(join(folder, "built"));
  database = await startEmbeddedDatabase();
  Object.assign(process.env, KEYS, { AWS_ENDPOINT_URL_DYNAMODB: database.endpoint });
  await makeTable(TABLE_NAME);
  const world = new World({ seed: 1, startAt: Date.now() });
  // None is an hour old before the last test: the reconciler would check it twice.
  world.send(50, { from: Date.now() - 2_400_000, until: Date.now() - 1_800_000 });
  infobip = await startInfobip({ world, now: Date.now });
}, 120_000);

afterAll(async () => {
  await infobip?.close();
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What Lambda does: a fresh process, nothing beside the code, and an environment of its own. */
async function invoke(name: FunctionName, event: unknown, environment: Record<string, string> = {}) {
  const task = await mkdtemp(join(tmpdir(), "omnilog-task-"));
  try {
    await cp(bundles[name], task, { recursive: true });
    const code = `
      const { handler } = await import("./index.mjs");
      const context = { getRemainingTimeInMillis: () => 50_000 };
      const result = await handler(JSON.parse(process.argv[2]), context);
      process.stdout.write("\\nRESULT" + JSON.stringify(result ?? null) + "\\n");
      process.exit(0);`;
    await writeFile(join(task, "start.mjs"), code);
    const run = promisify(execFile)(process.execPath, ["start.mjs", JSON.stringify(event)], {
      cwd: task,
      env: { ...KEYS, NODE_OPTIONS: "--enable-source-maps", ...settings(), ...environment },
    });
    const { stdout } = await run;
    const [log = "", result = "null"] = stdout.split("\nRESULT");
    return { log, result: JSON.parse(result) };
  } finally {
    await rm(task, { recursive: true });
  }
}

function settings(): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    TABLE_NAME,
    INFOBIP_BASE_URL: infobip.url,
    INFOBIP_AUTHORIZATION: AUTHORIZATION,
    QUERY_CREDENTIALS: "reader:open sesame",
    CURSOR_KEY: "k".repeat(32),
  };
}

const question = (headers: Record<string, string>) => ({
  version: "2.0",
  rawPath: "/omni/1/logs",
  rawQueryString: "limit=1000",
  headers,
  requestContext: { requestId: "1", http: { method: "GET" } },
});

describe("the bundles", () => {
  it("hold one module and its map, of a size that a cold start can bear", async () => {
    const most: Record<FunctionName, number> = {
      ingest: 1_200_000,
      reconcile: 1_200_000,
      settle: 420_000,
      query: 420_000,
      receive: 200_000,
      console: 30_000,
    };
    for (const name of FUNCTION_NAMES) {
      expect((await stat(join(bundles[name], "index.mjs"))).size).toBeLessThan(most[name]);
      expect((await stat(join(bundles[name], "index.mjs.map"))).size).toBeGreaterThan(0);
    }
  });

  it("have maps of their own code that are a small part of what a cold start fetches", async () => {
    for (const name of FUNCTION_NAMES) {
      const files = await readdir(bundles[name]);
      const packed = async (isIn: (file: string) => boolean) => {
        const read = files
          .filter(isIn)
          .map(async (file) => gzipSync(await readFile(join(bundles[name], file))).length);
        return (await Promise.all(read)).reduce((sum, bytes) => sum + bytes, 0);
      };
      const maps = await packed((file) => file.endsWith(".map"));
      expect(maps).toBeLessThan(0.2 * (await packed((file) => file.endsWith(".mjs"))));
    }
  });

  it("pull, reconcile and answer, each loaded as Lambda loads it", async () => {
    for (const source of ["sms", "push", "email", "omni"]) {
      const { log } = await invoke("ingest", { source });
      const [line = ""] = log.split("\n");
      expect(JSON.parse(line)).toMatchObject({ level: "INFO", what: "ingest", source, refused: 0 });
    }
    const { log } = await invoke("reconcile", {});
    expect(JSON.parse(log.trim().split("\n")[0] ?? "")).toMatchObject({ what: "reconcile", checked: 50 });
    const authorization = `Basic ${btoa("reader:open sesame")}`;
    const { result } = await invoke("query", question({ authorization, accept: "application/json" }));
    expect(result.statusCode).toBe(200);
    expect(JSON.parse(result.body).results).toHaveLength(50);
  }, 120_000);

  it("receive, and merge what has landed", async () => {
    // Of a day that nothing else here asks for.
    const report = { messageId: "a", sentAt: "2026-01-01T00:00:00.000Z", status: { groupName: "DELIVERED" } };
    const settings = { PUSH_CREDENTIALS: "basic infobip:push me" };
    const push = (body: string) => ({
      version: "2.0",
      rawPath: "/push/sms",
      headers: { authorization: `Basic ${btoa("infobip:push me")}` },
      body,
      requestContext: { requestId: "1", http: { method: "POST" } },
    });
    const xml =
      "<DeliveryReports><results><result><messageId>b</messageId></result></results></DeliveryReports>";
    for (const body of [
      JSON.stringify({ results: [report] }),
      xml,
      '{"notificationType":"CLICKED","messageId":"a"}',
    ]) {
      const { log, result } = await invoke("receive", push(body), settings);
      expect(result.statusCode).toBe(200);
      expect(log).toContain('"what":"merge of pushes"');
      expect(log).not.toContain("ERROR");
    }
    expect((await invoke("receive", { job: "merge" }, settings)).log).not.toContain("ERROR");
  }, 120_000);

  it("write nothing but the kinds of items that the rights are made from", async () => {
    const client = new DynamoDBClient({});
    const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE_NAME }));
    client.destroy();
    expect(Items.length).toBeGreaterThan(10);
    for (const pk of new Set(Items.map((item) => item.pk?.S ?? ""))) expect(kindsOf(pk), pk).toHaveLength(1);
  });

  it("serve the console's page, from what is in the bundle alone", async () => {
    const asked = { rawPath: "/console", headers: {}, requestContext: { http: { method: "GET" } } };
    const nothing = { AWS_ENDPOINT_URL_DYNAMODB: "", TABLE_NAME: "", QUERY_CREDENTIALS: "", CURSOR_KEY: "" };
    const { result } = await invoke("console", asked, nothing);
    expect(result.statusCode).toBe(200);
    const html = Buffer.from(result.body, "base64").toString();
    const names = [...html.matchAll(/(?:src|href)="\/console\/assets\/([^"]+)"/g)].map(
      ([, name = ""]) => name,
    );
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) await stat(join(bundles.console, "files", name));
  });

  it("refuse who is not allowed", async () => {
    const { result } = await invoke("query", question({ authorization: "Basic bm9ib2R5" }));
    expect(result.statusCode).toBe(401);
  });

  it("fail with a line that says what was wrong with the input", async () => {
    const failing = invoke("ingest", { source: "fax" });
    await expect(failing).rejects.toMatchObject({
      stdout: expect.stringMatching(/"level":"ERROR".*"InvalidInput".*source: .*omni/s),
    });
  });

  it("fail with a line that tells the file and line of the source", async () => {
    const failing = invoke("ingest", { source: "sms" }, { TABLE_NAME: "missing" });
    await expect(failing).rejects.toMatchObject({
      stdout: expect.stringMatching(
        /"level":"ERROR".*"ResourceNotFoundException".*lib\/[a-z]+\/[a-z]+\.ts:\d+/s,
      ),
    });
  });

  it("name every variable that is missing", async () => {
    const failing = invoke("ingest", { source: "sms" }, { INFOBIP_BASE_URL: "" });
    await expect(failing).rejects.toMatchObject({
      stdout: expect.stringContaining("INFOBIP_BASE_URL is missing"),
    });
  });
});
