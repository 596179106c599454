import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clients, type StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { carryOut } from "../../lib/ingest/carry-out.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { type Service, startService } from "../functions/service.ts";
import { Browser } from "./browser.ts";

const PATH = "/omnilog/1/quarantine";
/** A report that any parser reads, and one that none does. */
const READABLE =
  '{"messageId":"found-again","to":"41793026727","sentAt":"2026-11-22T08:00:00.000+0000","doneAt":"2026-11-22T08:00:01.000+0000","messageCount":1,"status":{"groupId":3,"groupName":"DELIVERED","id":5,"name":"DELIVERED_TO_HANDSET","description":"x"},"price":{"pricePerMessage":0.01,"currency":"EUR"},"error":{"groupId":0,"groupName":"Ok","id":0,"name":"NO_ERROR","description":"x","permanent":false}}';
const CENTURY_HOURS = 876_000;

interface Entry {
  id: string;
  reason: string;
  request?: { action: string; by: string; result?: string };
  text?: string;
}

let service: Service;
const keys = new Map<string, string>();
const signedIn = new Map<string, Browser>();
const db = () => openDatabase("omnilog");
const stores = () => openStores(db(), { RETENTION_HOURS: CENTURY_HOURS }, systemClock);

beforeAll(async () => {
  service = await startService({ QUERY_RATE_BURST: "100000" });
  await makeClient("admin", { isAdmin: true });
  await makeClient("plain", {});
  await makeClient("shop", { senders: ["Shop"], isAdmin: true });
  await makeClient("mute", { isTextHidden: true, isAdmin: true });
});
afterAll(() => service[Symbol.asyncDispose]());

async function makeClient(id: string, rights: Partial<StoredClient>): Promise<void> {
  const { secret, salt, hash } = newSecret();
  await new Clients(db(), Date.now).save({ id, name: id, salt, hash, ...rights });
  keys.set(id, `${id}-${secret}`);
  const browser = new Browser(service);
  expect((await browser.signIn({ key: keys.get(id) })).status).toBe(200);
  signedIn.set(id, browser);
}

const as = (id: string) => signedIn.get(id) ?? new Browser(service);
const list = async (): Promise<Entry[]> =>
  ((await (await as("admin").ask(`${PATH}?limit=100`)).json()) as { results: Entry[] }).results;
const reconcile = (leftMs = 60_000) =>
  carryOut({ ...stores(), clock: systemClock, remainingMs: () => leftMs });

async function keep(page: string, text: string): Promise<Entry> {
  const entry = { page: `sms#${page}`, source: "sms", place: 3, reason: `of ${page}`, atMs: Date.now() };
  await stores().quarantine.keep(entry, text);
  const found = (await list()).find(({ reason }) => reason === `of ${page}`);
  if (!found) throw new Error("it is not listed");
  return found;
}

const replay = (id: string) => `${PATH}/${id}/replay`;
const JSON_TYPE = { "content-type": "application/json" };

describe("who may", () => {
  test("see what there is: whoever sees everything; see the text, and act: an admin", async () => {
    const { id } = await keep("rights", "{");
    const statuses = async (client: string) => [
      (await as(client).ask(PATH)).status,
      (await as(client).ask(`${PATH}/${id}`)).status,
      (await as(client).ask(replay(id), { method: "POST", headers: JSON_TYPE, body: "{}" })).status,
      (await as(client).ask(`${PATH}/${id}`, { method: "DELETE" })).status,
    ];
    expect(await statuses("nobody")).toEqual([401, 401, 401, 401]);
    expect(await statuses("shop")).toEqual([403, 403, 403, 403]);
    expect(await statuses("mute")).toEqual([403, 403, 403, 403]);
    expect(await statuses("plain")).toEqual([200, 403, 403, 403]);
    expect((await list()).find((entry) => entry.id === id)?.request).toBeUndefined();
    expect(await statuses("admin")).toEqual([200, 200, 202, 202]);
    await reconcile();
  });

  test("act: only the console's own page, and only in JSON", async () => {
    const { id } = await keep("forged", "{");
    const wrong: [Record<string, string>, number][] = [
      [{ ...JSON_TYPE, "sec-fetch-site": "cross-site" }, 403],
      [{ ...JSON_TYPE, origin: "https://evil.example.com" }, 403],
      [{ "content-type": "text/plain" }, 415],
    ];
    for (const [headers, status] of wrong) {
      const asked = await as("admin").ask(replay(id), { method: "POST", headers, body: "{}" });
      expect(asked.status).toBe(status);
    }
    const forged = { method: "DELETE", headers: { "sec-fetch-site": "same-site" } };
    expect((await as("admin").ask(`${PATH}/${id}`, forged)).status).toBe(403);
    expect((await list()).find((entry) => entry.id === id)?.request).toBeUndefined();
  });
});

test("what is dropped goes when the reconciler runs, and not before", async () => {
  const { id } = await keep("dropped", "no report");
  expect(await (await as("admin").ask(`${PATH}/${id}`)).json()).toMatchObject({ id, text: "no report" });
  const asked = await as("admin").ask(`${PATH}/${id}`, { method: "DELETE" });
  expect(await asked.json()).toMatchObject({ id, request: { action: "drop", by: "admin" } });
  expect((await list()).map((entry) => entry.id)).toContain(id);
  expect(await reconcile()).toMatchObject({ droppedEntries: 1 });
  expect((await list()).map((entry) => entry.id)).not.toContain(id);
  expect((await as("admin").ask(`${PATH}/${id}`)).status).toBe(404);
  expect(await stores().quarantineRequests.list()).toEqual([]);
});

test("what is replayed is found afterwards, and what cannot be read stays and says why", async () => {
  const good = await keep("good", READABLE);
  const bad = await keep("bad", '{"messageId":');
  for (const { id } of [good, bad])
    await as("admin").ask(replay(id), { method: "POST", headers: JSON_TYPE, body: "{}" });
  expect(await reconcile(5_000), "a run that is nearly over").toEqual({
    replayedEntries: 0,
    droppedEntries: 0,
  });
  expect(await reconcile()).toEqual({ replayedEntries: 2, droppedEntries: 0 });
  expect(await reconcile()).toEqual({ replayedEntries: 0, droppedEntries: 0 });
  const left = await list();
  expect(left.map(({ id }) => id)).not.toContain(good.id);
  expect(left.find(({ id }) => id === bad.id)?.request).toMatchObject({
    action: "replay",
    result: expect.stringMatching(/./),
  });
  const found = await as("plain").ask("/omni/1/logs?messageId=found-again");
  expect(((await found.json()) as { results: unknown[] }).results).toHaveLength(1);
});

test("pages, and refuses what is no cursor and no id", async () => {
  await keep("page-1", "1");
  await keep("page-2", "2");
  const seen: string[] = [];
  let cursor: string | undefined = "";
  while (cursor !== undefined) {
    const asked = await as("plain").ask(`${PATH}?limit=1${cursor && `&cursor=${cursor}`}`);
    const { results, nextCursor } = (await asked.json()) as { results: Entry[]; nextCursor?: string };
    seen.push(...results.map(({ id }) => id));
    cursor = nextCursor;
  }
  expect(seen).toEqual((await list()).map(({ id }) => id));
  expect((await as("plain").ask(`${PATH}?cursor=a.b`)).status).toBe(400);
  for (const id of ["a.b", "YQ==", "YR", "x".repeat(1_001), "Y2xpZW50"])
    expect((await as("admin").ask(`${PATH}/${id}`)).status).toBe(404);
});

describe("health", () => {
  const ask = async (client: string) => (await as(client).ask("/omnilog/1/health")).json();

  test("tells everything to whoever sees everything", async () => {
    await stores().states.close("sms", { ids: [], goodAtMs: Date.now() - 5_000 });
    await stores().doubts.raise({ source: "sms", id: "1", reason: "ECONNRESET" }, Date.now());
    const sms = { source: "sms", openPulls: 0, waitingPages: expect.any(Number) };
    expect(await ask("plain")).toMatchObject({
      at: expect.stringMatching(/Z$/),
      sources: expect.arrayContaining([
        {
          ...sms,
          lastGoodPullAt: expect.any(String),
          lagSeconds: expect.any(Number),
          doubts: [{ reason: "ECONNRESET", count: 1 }],
        },
      ]),
      settling: { waitingPages: expect.any(Number), waitingSeconds: expect.any(Number) },
      reconciling: { passes: expect.arrayContaining([{ pass: "fresh", behindSeconds: expect.any(Number) }]) },
      quarantine: { count: expect.any(Number), isMore: false, oldestAt: expect.any(String) },
      clients: [],
    });
  });

  test("tells a limited client nothing that counts what it may not see", async () => {
    const limited = (await ask("shop")) as { sources: object[] };
    expect(Object.keys(limited).sort()).toEqual(["at", "settling", "sources"]);
    for (const source of limited.sources)
      expect(["source", "lastGoodPullAt", "lagSeconds"]).toEqual(expect.arrayContaining(Object.keys(source)));
  });
});
