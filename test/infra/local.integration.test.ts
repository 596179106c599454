import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { startEmbeddedDatabase } from "../../infra/local/database.ts";
import { freePort, startRunner } from "./local.ts";

// Each starts a process, and some two; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const HEADERS = { authorization: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" };
const CURL = /^ {2}(curl .*)$/m;

interface Results {
  results: { messageId: string; channel: string; sentAt: string }[];
}

/** What the runner on this port serves, once it serves anything. */
async function results(port: string, question = "limit=1000"): Promise<Results["results"]> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/omni/1/logs?${question}`, { headers: HEADERS });
    // On a busy machine it may have to be asked again (503).
    const { results = [] } = (await response.json()) as Partial<Results>;
    if (results.length > 0) return results;
    await sleep(100);
  }
}

describe.each(["SIGTERM", "SIGINT"] as const)("npm start, until %s", (signal) => {
  test("says what runs, its curl line answers, and it stops cleanly", async () => {
    const port = await freePort();
    await using runner = startRunner({ PORT: port });
    await runner.printed("Ask it:");
    expect(runner.output()).toMatch(/Infobip .*imitation[\s\S]*DynamoDB .*in memory[\s\S]*every 5 s/);
    await results(port);
    const line = CURL.exec(runner.output())?.[1] ?? "no curl line";
    const { stdout } = await promisify(execFile)("sh", ["-c", `${line} --silent`]);
    expect(JSON.parse(stdout).results).toHaveLength(3);
    const { code, ms } = await runner.stop(signal);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(15_000);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });
});

test("credentials of one's own are not printed, and the curl line asks for the password", async () => {
  const port = await freePort();
  await using runner = startRunner({ PORT: port, QUERY_CREDENTIALS: "ann:se:cret,bob:x" });
  await runner.printed("Ask it:");
  expect(runner.output()).not.toContain("se:cret");
  const line = (CURL.exec(runner.output())?.[1] ?? "no curl line").replace("-u 'ann'", "-u 'ann:se:cret'");
  const { stdout } = await promisify(execFile)("sh", ["-c", `${line} --silent`]);
  expect(JSON.parse(stdout)).toHaveProperty("results");
});

test("--push: the imitation is subscribed at and pushes, and what was pushed is served", async () => {
  const port = await freePort();
  await using runner = startRunner({ PORT: port, PUSH_CREDENTIALS: "hmac X-Signed SHA256 some key" }, [
    "--push",
  ]);
  await runner.printed("Ask it:");
  expect(runner.output()).toMatch(/an imitation, with lively traffic, that pushes/);
  for (const kind of ["sms", "email", "push", "whatsapp", "viber"]) await runner.printed(`kind ${kind}`);
  expect(runner.output()).not.toMatch(/^push: .*status 401/m);
  // Nothing of VIBER was pulled: the endpoint that would hand it out gives none.
  expect((await results(port, "limit=20&channel=VIBER&generalStatus=DELIVERED")).length).toBeGreaterThan(0);
  expect((await runner.stop("SIGTERM")).code).toBe(0);
});

test("DATA_DIR keeps what was stored, across restarts", async () => {
  const folder = await mkdtemp(join(tmpdir(), "omnilog-"));
  try {
    const port = await freePort();
    await using first = startRunner({ PORT: port, DATA_DIR: folder });
    await first.printed("Ask it:");
    const [kept] = await results(port);
    await first.stop("SIGTERM");
    // Nobody answers there: what is served now was on disk.
    await using second = startRunner({
      PORT: port,
      DATA_DIR: folder,
      INFOBIP_BASE_URL: "http://127.0.0.1:9",
    });
    await second.printed("Ask it:");
    // Asked for by name: by now, more may have been stored than one answer holds.
    const [found] = await results(port, `messageId=${kept?.messageId}`);
    expect(found?.messageId).toBe(kept?.messageId);
    expect((await second.stop("SIGTERM")).code).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("AWS_ENDPOINT_URL_DYNAMODB: an outside database, in which the table is made", async () => {
  // It ends with this process: closed under a request that the runner has left behind, dynalite throws.
  const database = await startEmbeddedDatabase();
  const port = await freePort();
  await using runner = startRunner({ PORT: port, AWS_ENDPOINT_URL_DYNAMODB: database.endpoint });
  await runner.printed("Ask it:");
  expect(runner.output()).toContain(`${database.endpoint} (outside)`);
  expect((await results(port)).length).toBeGreaterThan(0);
  expect((await runner.stop("SIGTERM")).code).toBe(0);
});

describe("what cannot work is said in a line, and ends with 1", () => {
  test.each([
    [{ PORT: "0" }, "PORT must be at least 1"],
    [{ PORT: "http" }, "PORT must be a whole number"],
    [{ PORT: "70000", RETENTION_HOURS: "-1" }, /RETENTION_HOURS[^\n]*PORT|PORT[^\n]*RETENTION_HOURS/],
    [{ PORT: "3000", INFOBIP_AUTHORIZATION: "hunter2" }, /^INFOBIP_AUTHORIZATION must be Basic/],
    [{ INFOBIP_BASE_URL: "https://x.api.infobip.com" }, /^with INFOBIP_BASE_URL set, .* must be set, too$/m],
    [{ PORT: "3000", HOST: "192.0.2.1" }, /^cannot start: .*192\.0\.2\.1/],
  ])("%j", async (environment, message) => {
    await using runner = startRunner(environment);
    await expect(runner.printed("Ask it:")).rejects.toThrow();
    expect(runner.child.exitCode).toBe(1);
    expect(runner.output()).toMatch(message);
    expect(runner.output()).not.toMatch(/hunter2|\n {4}at /);
  });

  test.each([
    [["--push"], { INFOBIP_BASE_URL: "http://127.0.0.1:9" }, /^--push is for the imitation/],
    [["--pull"], {}, /^Unknown option '--pull'/],
  ])("%j %j", async (flags, environment, message) => {
    await using runner = startRunner(environment, flags);
    await expect(runner.printed("Ask it:")).rejects.toThrow();
    expect(runner.child.exitCode).toBe(1);
    expect(runner.output()).toMatch(message);
  });

  test("a port that is taken", async () => {
    const other = createServer().listen(0);
    const address = other.address();
    const port = String(typeof address === "object" ? address?.port : address);
    await using runner = startRunner({ PORT: port });
    await expect(runner.printed("Ask it:")).rejects.toThrow();
    expect(runner.child.exitCode).toBe(1);
    expect(runner.output()).toMatch(new RegExp(`^cannot start: .*${port}`));
    other.close();
  });

  test("a folder that another uses", async () => {
    const folder = await mkdtemp(join(tmpdir(), "omnilog-"));
    const other = await startEmbeddedDatabase(folder);
    try {
      await using runner = startRunner({ PORT: await freePort(), DATA_DIR: folder });
      await expect(runner.printed("Ask it:")).rejects.toThrow();
      expect(runner.child.exitCode).toBe(1);
      expect(runner.output()).toBe(
        `cannot start: ${folder} is in use by another process: stop that one, or set DATA_DIR to a folder of its own\n`,
      );
    } finally {
      await other.close();
      await rm(folder, { recursive: true });
    }
  });

  test("a folder whose data is spoilt", async () => {
    const folder = await mkdtemp(join(tmpdir(), "omnilog-"));
    try {
      await writeFile(join(folder, "CURRENT"), "nonsense");
      await using runner = startRunner({ PORT: await freePort(), DATA_DIR: folder });
      await expect(runner.printed("Ask it:")).rejects.toThrow();
      expect(runner.child.exitCode).toBe(1);
      expect(runner.output()).toMatch(/^cannot start: the database in [^\n]+ cannot be opened: [^\n]+\n$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
