import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Clients } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { openReports } from "../../lib/api/open-reports.ts";
import { reportsAt } from "../../lib/api/report-collect.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { ReportIndex } from "../../lib/log/report-index.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { type Service, startService } from "../functions/service.ts";
import { aLog, aReport, arrive, PENDING } from "../log/arrivals.ts";

let service: Service;
let db: Database;
let n = 0;
beforeAll(async () => {
  service = await startService();
  db = openDatabase("omnilog");
});
afterAll(async () => {
  db.client.destroy();
  await service[Symbol.asyncDispose]();
});

/** As the newer models have it, which know no "Ok". */
const NO_ERROR = { groupId: 0, groupName: "OK", id: 0, name: "NO_ERROR", permanent: false };

interface Rights {
  readonly channels?: string[];
  readonly senders?: string[];
}

interface Puller {
  /** The ids of the reports of one poll. */
  pull(query?: string): Promise<string[]>;
  /** The same, acknowledging. */
  acking(ack: string, query?: string): Promise<{ ids: string[]; position: string }>;
  ask(
    target: string,
    init?: { method?: string; body?: string; headers?: Record<string, string> },
  ): Promise<Response>;
}

/** A new client. It has asked once, so that what comes from now on is its own. */
async function aClient(rights: Rights = {}, path = "/sms/1/reports"): Promise<Puller> {
  const id = `client${n++}`;
  const { secret, salt, hash } = newSecret();
  await new Clients(db, Date.now).save({ id, name: id, salt, hash, ...rights });
  const authorization = `App ${id}-${secret}`;
  const ask: Puller["ask"] = (target, init = {}) =>
    service.ask(target, { ...init, headers: { authorization, ...init.headers } });
  const idsOf = async (response: Response) => {
    expect(response.status).toBe(200);
    const { results } = (await response.json()) as { results: { messageId: string }[] };
    return results.map(({ messageId }) => messageId);
  };
  const puller: Puller = {
    ask,
    pull: async (query = "") => idsOf(await ask(path + query)),
    acking: async (ack, query = "") => {
      const response = await ask(path + query, { headers: { "omnilog-ack": ack } });
      return { ids: await idsOf(response), position: response.headers.get("omnilog-position") ?? "" };
    },
  };
  expect(await puller.pull()).toEqual([]);
  return puller;
}

/** Reports with ids of their own, so that the tests of this file do not meet. */
const fresh = (count: number) => Array.from({ length: count }, () => `m${n++}`);
const sms = (ids: readonly string[]) =>
  arrive(
    db,
    { source: "sms" },
    ids.map((id) => aReport(id)),
  );

describe("reports are given once", () => {
  let ids: string[];
  beforeEach(() => {
    ids = fresh(7);
  });

  test("to each client: in order of arrival, from its first request on", async () => {
    const [a, b] = [await aClient(), await aClient()];
    await sms(ids);
    expect(await a.pull("?limit=3")).toEqual(ids.slice(0, 3));
    expect(await a.pull("?limit=1000")).toEqual(ids.slice(3));
    expect(await a.pull()).toEqual([]);
    expect(await b.pull()).toEqual(ids);
    expect(await (await aClient()).pull()).toEqual([]);
  });

  test("in the shape of the document, and of the newer one; the position is the same", async () => {
    const client = await aClient();
    await arrive(db, { source: "sms" }, [
      aReport("x1"),
      aReport("x2", { doneAt: "2026-11-24T13:00:05.000+0100", entityId: "e" }),
    ]);
    const { results } = (await (await client.ask("/sms/1/reports?limit=1")).json()) as { results: object[] };
    expect(results).toEqual([aReport("x1")]);
    const newer = (await (await client.ask("/sms/3/reports")).json()) as { results: object[] };
    const { from: _, smsCount: __, ...same } = aReport("x2") as Record<string, unknown>;
    expect(newer.results).toEqual([
      {
        ...same,
        sender: "InfoSMS",
        messageCount: 1,
        error: NO_ERROR,
        doneAt: "2026-11-24T13:00:05.000+0100",
        platform: { entityId: "e" },
      },
    ]);
  });

  test("as XML", async () => {
    const client = await aClient();
    await sms(ids.slice(0, 1));
    const response = await client.ask("/sms/1/reports", { headers: { accept: "application/xml" } });
    expect(await response.text()).toMatch(/<reportResponse><results><result>.*<smsCount>1<\/smsCount>/s);
    const empty = await client.ask("/sms/1/reports", { headers: { accept: "application/xml" } });
    expect(await empty.text()).toContain("<reportResponse><results></results></reportResponse>");
  });

  test("what filters take out of order is not given again", async () => {
    const client = await aClient();
    const [a = "", b = "", c = "", d = "", ...rest] = ids;
    await arrive(db, { source: "sms" }, [
      aReport(a),
      aReport(b, { bulkId: "other" }),
      aReport(c, { bulkId: "other" }),
    ]);
    await arrive(db, { source: "sms" }, [aReport(d, { bulkId: "other" }), ...rest.map((id) => aReport(id))]);
    expect(await client.pull("?bulkId=other&limit=2")).toEqual([b, c]);
    expect(await client.pull(`?messageId=${rest[0]}`)).toEqual([rest[0]]);
    expect(await client.pull("?bulkId=none")).toEqual([]);
    expect(await client.pull("?limit=2")).toEqual([a, d]);
    expect(await client.pull("?bulkId=other")).toEqual([]);
    expect(await client.pull()).toEqual(rest.slice(1));
  });

  test("pulled, pushed and repaired", async () => {
    const client = await aClient();
    const [a = "", b = "", c = "", d = ""] = ids;
    await sms([a, b]);
    await arrive(db, { source: "logs", way: "repair" }, [aLog(a), aLog(c), aLog(d, { status: PENDING })]);
    await arrive(db, { source: "sms", way: "push" }, [aReport(b), aReport(c), aReport(d)]);
    expect(await client.pull()).toEqual([a, b, c, d]);
  });

  test("polls at once get disjoint reports", async () => {
    const client = await aClient();
    const many = fresh(200);
    await sms(many);
    const polls = await Promise.all(Array.from({ length: 8 }, () => client.pull("?limit=25")));
    expect(polls.flat().sort()).toEqual(many.sort());
  });

  test("more than passes in one answer is cut, and the rest comes next", async () => {
    const client = await aClient();
    const many = fresh(40);
    const large = { callbackData: "x".repeat(150_000) };
    await arrive(
      db,
      { source: "sms" },
      many.map((id) => aReport(id, large)),
    );
    const first = await client.pull();
    expect(first.length).toBeLessThan(40);
    expect([...first, ...(await client.pull())]).toEqual(many);
  });

  test("HEAD takes nothing", async () => {
    const client = await aClient();
    await sms(ids);
    expect((await client.ask("/sms/1/reports", { method: "HEAD" })).status).toBe(200);
    expect(await client.pull()).toEqual(ids);
  });
});

test("a client sees the reports of its channels and senders, and no other", async () => {
  const shop = await aClient({ senders: ["Shop"] });
  const email = await aClient({ channels: ["EMAIL"] });
  const [a = "", b = ""] = fresh(2);
  await arrive(db, { source: "sms" }, [aReport(a, { from: "Shop" }), aReport(b)]);
  expect(await shop.pull()).toEqual([a]);
  expect(await email.pull()).toEqual([]);
});

test("a record that cannot be read does not hold up those beside it, and leaves no gap in the count", async () => {
  const client = await aClient();
  const [a = "", b = "", c = ""] = fresh(3);
  await arrive(db, { source: "sms" }, [aReport(a), { broken: true }, aReport(b), aReport(c)]);
  expect(await client.pull("?limit=2")).toEqual([a, b]);
  expect(await client.pull()).toEqual([c]);
});

describe("a client that comes after the retention has taken what it had not read is told so", () => {
  const EXPIRED = { source: "sms", atMs: Date.now() - 49 * 3_600_000 };
  const SKIPPED = "omnilog-skipped-pages";
  const skippedOf = async (client: Puller, ack?: string) => {
    const headers: Record<string, string> = ack === undefined ? {} : { "omnilog-ack": ack };
    const response = await client.ask("/sms/1/reports?limit=1", { headers });
    const { results } = (await response.json()) as { results: { messageId: string }[] };
    return { ids: results.map(({ messageId }) => messageId), told: response.headers.get(SKIPPED) };
  };

  test("once, by how many pages; without acknowledgement and with it", async () => {
    for (const ack of [undefined, ""]) {
      const client = await aClient();
      const [gone = "", other = "", a = "", b = ""] = fresh(4);
      await arrive(db, EXPIRED, [aReport(gone)]);
      await arrive(db, EXPIRED, [aReport(other)]);
      await sms([a, b]);
      expect(await skippedOf(client, ack)).toEqual({ ids: [a], told: "2" });
      if (ack === undefined) expect(await skippedOf(client)).toEqual({ ids: [b], told: null });
    }
  });

  test("also when time to live has deleted what told of them", async () => {
    const client = await aClient();
    const [gone = "", a = ""] = fresh(2);
    const before = (await new ReportIndex(db).tail("sms")).place;
    await arrive(db, EXPIRED, [aReport(gone)]);
    const Key = { pk: "reports#sms", sk: String(before + 1).padStart(12, "0") };
    await db.client.send(new DeleteCommand({ TableName: db.table, Key }));
    // Another process, which remembers nothing.
    expect(await skippedOf(client)).toEqual({ ids: [], told: null });
    await sms([a]);
    expect(await skippedOf(client)).toEqual({ ids: [a], told: "1" });
  });

  test("what says nothing new is no loss", async () => {
    const client = await aClient();
    const [a = ""] = fresh(1);
    await sms([a]);
    await arrive(db, EXPIRED, [aReport(a)]);
    expect(await skippedOf(client)).toEqual({ ids: [a], told: null });
    expect(await skippedOf(client)).toEqual({ ids: [], told: null });
  });

  test("and so is who has not acknowledged it before it was gone", async () => {
    const client = await aClient();
    const [a = ""] = fresh(1);
    await sms([a]);
    expect((await client.acking("")).ids).toEqual([a]);
    const rows = new Map([[(await new ReportIndex(db).tail("sms")).place, Uint8Array.of(1)]]);
    const page = await new PageLog(db, 48).end("sms");
    const Key = { pk: "log#sms", sk: String(page).padStart(12, "0") };
    const { Attributes: Item } = await db.client.send(
      new DeleteCommand({ TableName: db.table, Key, ReturnValues: "ALL_OLD" }),
    );
    // The service remembers the page; another process does not.
    expect(await reportsAt("sms", rows, openReports(db, Date.now))).toEqual({ given: [], skippedPages: 1 });
    await db.client.send(new PutCommand({ TableName: db.table, Item }));
  });
});

describe("with acknowledgement", () => {
  test("what is not acknowledged comes again; what is does not", async () => {
    const client = await aClient();
    const ids = fresh(5);
    await sms(ids);
    const first = await client.acking("", "?limit=2");
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect((await client.acking("", "?limit=2")).ids).toEqual(first.ids);
    const second = await client.acking(first.position, "?limit=2");
    expect(second.ids).toEqual(ids.slice(2, 4));
    // Its answer was lost: asked with the same, the same comes.
    expect((await client.acking(first.position, "?limit=2")).ids).toEqual(second.ids);
    const third = await client.acking(second.position);
    expect(third.ids).toEqual(ids.slice(4));
    const end = await client.acking(third.position);
    expect(end.ids).toEqual([]);
    expect((await client.acking(end.position)).ids).toEqual([]);
    expect((await client.acking("")).ids).toEqual([]);
  });

  test("an empty answer names a position, too, by which what comes then is acknowledged", async () => {
    const client = await aClient();
    const start = await client.acking("");
    expect(start).toEqual({ ids: [], position: expect.stringMatching(/^1-n/) });
    const ids = fresh(2);
    await sms(ids);
    const next = await client.acking(start.position);
    expect(next.ids).toEqual(ids);
    expect((await client.acking(start.position)).ids).toEqual(ids);
    expect((await client.acking(next.position)).ids).toEqual([]);
  });

  test("polls at once get disjoint reports, and each goes on by itself", async () => {
    const client = await aClient();
    const ids = fresh(40);
    await sms(ids);
    const at = await Promise.all(Array.from({ length: 3 }, () => client.acking("", "?limit=5")));
    const then = await Promise.all(at.map(({ position }) => client.acking(position, "?limit=5")));
    const given = [...at, ...then].flatMap((answer) => answer.ids);
    expect(new Set(given).size).toBe(given.length);
    expect(given.sort()).toEqual(ids.slice(0, 30).sort());
  });

  test("a poll without it takes what follows, and what was handed out stays to be acknowledged", async () => {
    const client = await aClient();
    const ids = fresh(4);
    await sms(ids);
    const first = await client.acking("", "?limit=2");
    expect(await client.pull("?limit=1")).toEqual(ids.slice(2, 3));
    expect((await client.acking("", "?limit=2")).ids).toEqual(first.ids);
    expect((await client.acking(first.position)).ids).toEqual(ids.slice(3));
  });

  test("a header that is none of ours is told", async () => {
    const client = await aClient();
    const response = await client.ask("/sms/1/reports", { headers: { "omnilog-ack": "7" } });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("omnilog-ack");
  });
});

test.each([
  ["?limit=0", "limit"],
  ["?limit=1001", "limit"],
  ["?bulkId=", "bulkId"],
  ["?bulkId=a&bulkId=b", "bulkId"],
  ["?sentSince=2026-01-01T00:00:00Z", "sentSince"],
])("%s is a 400 that names what is wrong", async (query, name) => {
  const response = await service.ask(`/sms/1/reports${query}`);
  expect(response.status).toBe(400);
  const { requestError } = (await response.json()) as {
    requestError: { serviceException: { validationErrors: object } };
  };
  expect(Object.keys(requestError.serviceException.validationErrors)).toEqual([name]);
});

test.each(["/email/1/reports", "/push/1/reports", "/omni/1/reports", "/email/4/reports", "/push/3/reports"])(
  "%s gives its reports once, in its shape",
  async (path) => {
    const source = path.split("/")[1] ?? "";
    const client = await aClient({}, path);
    const [a = "", b = ""] = fresh(2);
    const { smsCount: _, from: __, mccMnc: ___, ...same } = aReport(a) as Record<string, unknown>;
    const report = { ...same, messageCount: 1, channel: source === "omni" ? "VIBER" : source.toUpperCase() };
    await arrive(db, { source }, [report, { ...report, messageId: b }]);
    const { results } = (await (await client.ask(`${path}?limit=1`)).json()) as { results: object[] };
    const { channel: ____, ...newer } = { ...report, error: NO_ERROR };
    expect(results).toEqual([/\/[34]\//.test(path) ? newer : report]);
    expect(await client.pull()).toEqual([b]);
    expect(await client.pull()).toEqual([]);
  },
);
