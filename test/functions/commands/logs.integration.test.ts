import { readFileSync } from "node:fs";
import { parse as parseCsv } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Following, follow } from "../../../functions/commands/follow.ts";
import { askLogs, logsUrl } from "../../../functions/commands/remote.ts";
import { numberOf } from "../../../lib/message/json.ts";
import { formatMoment } from "../../../lib/message/moment.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "../../message/records.ts";
import { basic, CREDENTIALS, type Service, startService } from "../service.ts";
import { type Misfortune, startFlaky } from "./flaky.ts";
import { runCommand } from "./run.ts";

const MINUTE_MS = 60_000;
const price = { pricePerMessage: numberOf("0.0100"), currency: "EUR" };
let service: Service;
beforeAll(async () => {
  service = await startService();
  await service.store(
    Array.from({ length: 6 }, (_, n) =>
      aRecord({ messageId: `m${n}`, sentAt: formatMoment(NOON + n), from: "Shop", text: "ü", price }),
    ),
  );
});
afterAll(() => service[Symbol.asyncDispose]());

const logs = (args: string[], environment: NodeJS.ProcessEnv = {}) =>
  runCommand("logs", args, { OMNILOG_URL: service.url, ...environment });
const all = (output: string, url: string) =>
  logs(["--all", "--limit", "2", "--from", "Shop", "--output", output], { OMNILOG_URL: url });
const ALL = ["m5", "m4", "m3", "m2", "m1", "m0"];
const idsOf = (records: readonly { messageId: string }[]) => records.map(({ messageId }) => messageId);

describe.concurrent("--all", () => {
  test("survives too many requests, faults, resets and answers that break off, and says so", async () => {
    const script: Misfortune[] = [429, "pass", "break off", 503, "pass", "reset"];
    await using flaky = await startFlaky(service.url, script);
    const startedAt = Date.now();
    const { out, err, code } = await all("json", flaky.url);
    expect({ code, ids: idsOf(JSON.parse(out).results) }).toEqual({ code: 0, ids: ALL });
    expect(err.trim().split("\n")).toHaveLength(4);
    expect(err).toContain("429");
    // Retry-After asked for a second, twice.
    expect(Date.now() - startedAt).toBeGreaterThan(2_000);
  });

  test.each(["json", "ndjson", "csv"])(
    "that fails half-way leaves whole %s behind, and exit code 1",
    async (output) => {
      await using flaky = await startFlaky(service.url, ["pass", 400]);
      const { out, err, code } = await all(output, flaky.url);
      expect(code).toBe(1);
      expect(err).toMatch(/^not everything: it ends after page 1\. 400 .*\n$/);
      const records =
        output === "json"
          ? JSON.parse(out).results
          : output === "csv"
            ? parseCsv(out, { columns: true, record_delimiter: "\r\n" })
            : out
                .trim()
                .split("\n")
                .map((line) => JSON.parse(line));
      expect(idsOf(records)).toEqual(["m5", "m4"]);
      expect(out.endsWith("\n")).toBe(true);
    },
  );

  test("that cannot begin leaves nothing behind", async () => {
    expect(await all("json", "http://127.0.0.1:9")).toMatchObject({ out: "", code: 1 });
  });
});

describe.concurrent("the command line", () => {
  test("--version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(await logs(["--version"])).toEqual({ out: `${version}\n`, err: "", code: 0 });
  });

  test("--bom begins a CSV so that Excel knows what it is", async () => {
    const { out } = await logs(["--output", "csv", "--bom", "--limit", "1"]);
    expect(out.startsWith("\ufeffbulkId,")).toBe(true);
    expect((await logs(["--bom"])).err).toBe("--bom is for --output csv\n");
  });

  test.each(["localhost:3000", "not a URL", "ftp://example.com", "http://me:secret@example.com"])(
    "a bad OMNILOG_URL is told in a line: %s",
    async (OMNILOG_URL) => {
      const { out, err, code } = await logs([], { OMNILOG_URL });
      expect({ out, code }).toEqual({ out: "", code: 1 });
      expect(err).toMatch(/^OMNILOG_URL must be a URL such as https:\/\/example.com.*\n$/);
      expect(err).not.toContain("secret");
    },
  );

  test("the stack's QueryUrl, which names the endpoint, will do", async () => {
    const OMNILOG_URL = `${service.url}/omni/1/logs`;
    expect((await logs(["--output", "ndjson", "--messageId", "m1"], { OMNILOG_URL })).out).toContain('"m1"');
  });

  test("another service's answer is told in a line", async () => {
    const OMNILOG_URL = `${service.url}/docs`;
    const { err, code } = await logs([], { OMNILOG_URL });
    expect({ lines: err.trim().split("\n").length, code }).toEqual({ lines: 1, code: 1 });
  });

  test("an answer that does not come is not waited for", async () => {
    await using flaky = await startFlaky(service.url, ["hang"]);
    const connection = { url: logsUrl(flaky.url), authorization: basic(CREDENTIALS) };
    await expect(askLogs(new URLSearchParams(), connection, "ndjson", 100)).rejects.toThrow(
      /^no answer from .* within 0.1 s/,
    );
  });
});

/** A following of the service whose clock is the test's: waiting takes no time. */
function following(more: Partial<Following> = {}) {
  const clock = { ms: Date.now() };
  let waits = 0;
  const connection = { url: logsUrl(service.url), authorization: basic(CREDENTIALS) };
  return {
    clock,
    ask: (query: URLSearchParams) => askLogs(query, connection, "ndjson"),
    now: () => clock.ms,
    wait: async (ms: number) => {
      clock.ms += ms;
      if (++waits > 500) throw new Error("it waits in vain");
    },
    atFirst: 1,
    windowMs: 60 * MINUTE_MS,
    ...more,
  };
}

describe("--follow", () => {
  const at = (ago: number) => formatMoment(Date.now() - ago);

  test("misses none of 3,000 messages that arrive at once, and prints them as they are stored", async () => {
    const to = "burst";
    await service.store([aRecord({ messageId: "b", to, sentAt: at(MINUTE_MS) })]);
    const news = follow(new URLSearchParams({ to }), following());
    expect((await news.next()).value?.map(({ record }: { record: object }) => record)).toMatchObject([
      { messageId: "b" },
    ]);
    await service.store(
      Array.from({ length: 3_000 }, (_, n) => aRecord({ messageId: `b${n}`, to, sentAt: at(n), price })),
    );
    const arrived = (await news.next()).value ?? [];
    expect(
      new Set(arrived.map(({ record }: { record: { messageId: string } }) => record.messageId)).size,
    ).toBe(3_000);
    expect(arrived.every(({ text }: { text: string }) => text.includes('"pricePerMessage":0.0100'))).toBe(
      true,
    );
    await news.return(undefined);
  });

  test("shows what was sent before all that it has seen, and what changes later, once each", async () => {
    const to = "late";
    await service.store([
      aRecord({ messageId: "l1", to, sentAt: at(0) }),
      aRecord({ messageId: "l2", to, sentAt: at(40 * MINUTE_MS), status: PENDING }),
    ]);
    const news = follow(new URLSearchParams({ to }), following());
    await news.next();
    await service.store([
      aRecord({ messageId: "l0", to, sentAt: at(50 * MINUTE_MS) }),
      aRecord({ messageId: "l2", to, sentAt: at(40 * MINUTE_MS), status: DELIVERED }),
      aRecord({ messageId: "old", to, sentAt: at(120 * MINUTE_MS) }),
    ]);
    const arrived = (await news.next()).value ?? [];
    expect(arrived.map(({ record }: { record: { messageId: string } }) => record.messageId)).toEqual([
      "l0",
      "l2",
    ]);
    await news.return(undefined);
  });

  test("after an outage, or a night in which the machine slept, shows what came meanwhile", async () => {
    const to = "night";
    const watch = following();
    watch.clock.ms -= 600 * MINUTE_MS;
    const news = follow(new URLSearchParams({ to }), watch);
    await news.next();
    const sentAt = formatMoment(watch.clock.ms + 180 * MINUTE_MS);
    await service.store([aRecord({ messageId: "n1", to, sentAt })]);
    watch.clock.ms += 480 * MINUTE_MS;
    expect((await news.next()).value).toMatchObject([{ record: { messageId: "n1" } }]);
    await news.return(undefined);
  });
});
