import { afterAll, beforeAll, expect, test } from "vitest";
import { Clients } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { parseFeedPosition, printFeedPosition } from "../../lib/log/feed-position.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { type Service, startService } from "../functions/service.ts";
import { aLog, aReport, arrive } from "../log/arrivals.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.now() - 10 * HOUR_MS;
/** When the n-th page arrived: a minute apart. */
const at = (n: number) => START_MS + n * 60_000;

let service: Service;
let db: Database;
beforeAll(async () => {
  service = await startService();
  db = openDatabase("omnilog");
  // Long ago: it has expired, and time to live has not got round to it.
  await arrive(db, { source: "sms", atMs: START_MS - 40 * HOUR_MS, retentionHours: 24 }, [aReport("old")]);
  await arrive(db, { source: "sms", atMs: at(0) }, [aReport("a"), aReport("b", { from: "Shop" })]);
  await arrive(db, { source: "omni", atMs: at(1) }, [aReport("c", { channel: "VIBER" })]);
  await arrive(db, { source: "sms", way: "push", atMs: at(2) }, [aReport("a"), aReport("d")]);
  await arrive(db, { source: "logs", way: "repair", atMs: at(3) }, [
    aLog("b"),
    aLog("e", { channel: "EMAIL" }),
    aLog("c", { channel: "VIBER" }),
  ]);
  for (let n = 4; n < 40; n++)
    await arrive(db, { source: "push", atMs: at(n) }, [aReport(`p${n}`, { channel: "PUSH" })]);
});
afterAll(async () => {
  db.client.destroy();
  await service[Symbol.asyncDispose]();
});

interface Feed {
  readonly results: {
    position: string;
    source: string;
    way: string;
    new: boolean;
    receivedAt: string;
    report: { messageId: string };
  }[];
  readonly position: string;
  readonly more: boolean;
}
async function feed(query: string): Promise<Feed> {
  const response = await service.ask(`/omnilog/1/feed?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Feed;
}
const idsOf = ({ results }: Feed) => results.map(({ report }) => report.messageId);

test("gives everything in order of arrival, and says which way it came", async () => {
  const { results } = await feed("sources=sms,omni,email");
  expect(
    results.map(({ source, way, new: isNew, report }) => [report.messageId, source, way, isNew]),
  ).toEqual([
    ["a", "sms", "pull", true],
    ["b", "sms", "pull", true],
    ["c", "omni", "pull", true],
    ["a", "sms", "push", false],
    ["d", "sms", "push", true],
    ["b", "sms", "repair", false],
    ["e", "email", "repair", true],
    ["c", "omni", "repair", false],
  ]);
});

test("only changes: the same by two ways comes once", async () => {
  expect(idsOf(await feed("sources=sms,omni,email&changes=true"))).toEqual(["a", "b", "c", "d", "e"]);
});

test("goes on after any position, of an answer or of a report in it, without a gap or a repetition", async () => {
  const whole = await feed("limit=1000");
  const seen: string[] = [];
  let query = "limit=7";
  for (let n = 0; n < 20; n++) {
    const part = await feed(query);
    seen.push(...part.results.map(({ position }) => position));
    query = `limit=7&after=${part.position}`;
    if (!part.more) break;
  }
  expect(seen).toHaveLength(whole.results.length);
  for (const [n, { position }] of whole.results.entries())
    if (n % 5 === 0)
      expect(idsOf(await feed(`limit=1000&after=${position}`))).toEqual(idsOf(whole).slice(n + 1));
  expect(await feed(`after=${whole.position}`)).toMatchObject({
    results: [],
    more: false,
    position: whole.position,
  });
});

test("from a time: whatever arrived then or later", async () => {
  for (const n of [4, 10, 25, 39]) {
    const since = encodeURIComponent(new Date(at(n)).toISOString());
    const expected = Array.from({ length: 40 - n }, (_, more) => `p${n + more}`);
    expect(idsOf(await feed(`sources=push&limit=1000&since=${since}`))).toEqual(expected);
  }
  expect(idsOf(await feed(`since=${encodeURIComponent(new Date(at(41)).toISOString())}`))).toEqual([]);
});

test("as NDJSON each line has its own position", async () => {
  const response = await service.ask("/omnilog/1/feed?sources=sms&limit=2", {
    headers: { accept: "application/x-ndjson" },
  });
  const lines = (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ report }) => report.messageId)).toEqual(["a", "b"]);
  const position = response.headers.get("omnilog-position");
  const [rest, same] = await Promise.all(
    [position, lines[1].position].map((after) => feed(`sources=sms&after=${after}`)),
  );
  expect(rest).toEqual(same);
  expect(rest && idsOf(rest)).toEqual(["a", "d", "b"]);
});

test("whoever is behind the retention is told so, with the oldest position there is", async () => {
  const behind = printFeedPosition(new Map([["sms", { place: 1, row: 0 }]]));
  const response = await service.ask(`/omnilog/1/feed?sources=sms&after=${behind}`);
  expect(response.status).toBe(410);
  const oldest = response.headers.get("omnilog-position") ?? "";
  expect(await response.text()).toContain(oldest);
  expect(idsOf(await feed(`sources=sms&after=${oldest}`)).slice(0, 2)).toEqual(["a", "b"]);
});

test.each(["after=nonsense", "after=1-c21z", "sources=fax", "changes=yes", "since=yesterday"])(
  "%s is a 400",
  async (query) => {
    expect((await service.ask(`/omnilog/1/feed?${query}`)).status).toBe(400);
  },
);

test("a position has one form", () => {
  const position = new Map([
    ["sms", { place: 12, row: 999 }],
    ["omni", { place: 1, row: 0 }],
  ] as const);
  expect(parseFeedPosition(printFeedPosition(position))).toEqual(position);
});

test("a client of some channels, and without texts, is given no more", async () => {
  const { secret, salt, hash } = newSecret();
  await new Clients(db, Date.now).save({
    id: "mail",
    name: "mail",
    salt,
    hash,
    channels: ["EMAIL"],
    isTextHidden: true,
  });
  const response = await service.ask("/omnilog/1/feed", { headers: { authorization: `App mail-${secret}` } });
  const text = await response.text();
  expect(idsOf(JSON.parse(text))).toEqual(["e"]);
  expect(text).not.toContain("Hello");
});

test("a client that is put back reads again from there, and is told how far it is behind", async () => {
  const ask = async () => {
    const { results } = (await (await service.ask("/push/1/reports?limit=1000")).json()) as {
      results: { messageId: string }[];
    };
    return results.map(({ messageId }) => messageId);
  };
  const rewind = async (to: string) => {
    const response = await service.ask("/omnilog/1/positions/push", {
      method: "POST",
      body: JSON.stringify({ to }),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as { pages: number; lagSeconds: number };
  };
  expect(await ask()).toEqual([]);
  expect((await rewind(new Date(at(35)).toISOString())).pages).toBe(5);
  expect(await ask()).toEqual(["p35", "p36", "p37", "p38", "p39"]);
  await rewind("oldest");
  expect(await ask()).toHaveLength(36);
  const { pages, lagSeconds } = await rewind(new Date(at(39)).toISOString());
  expect(pages).toBe(1);
  expect(lagSeconds).toBeGreaterThan(9 * 3_600);
  const positions = (await (await service.ask("/omnilog/1/positions")).json()) as { results: object[] };
  expect(positions.results).toEqual([expect.objectContaining({ source: "push", pages: 1 })]);
  await rewind("end");
  expect(await ask()).toEqual([]);
  const wrong = await service.ask("/omnilog/1/positions/push", { method: "POST", body: "{" });
  expect(wrong.status).toBe(400);
  expect((await service.ask("/omnilog/1/positions/fax", { method: "POST", body: "{}" })).status).toBe(404);
});
