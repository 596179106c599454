import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { answerIncidents } from "../../../lib/api/incidents.ts";
import type { Client } from "../../../lib/api/rights.ts";
import type { Database } from "../../../lib/runtime/dynamodb.ts";
import { evaluate } from "../../../lib/statistics/alerts/evaluate.ts";
import { publish } from "../../../lib/statistics/alerts/publish.ts";
import { DEFAULT_SETTINGS, STEP_MS } from "../../../lib/statistics/alerts/settings.ts";
import type { Event } from "../../../lib/statistics/alerts/state-store.ts";
import { type Series, type StepCounts, segmentKey } from "../../../lib/statistics/series.ts";
import { putSeries } from "../../../lib/statistics/series-store.ts";
import { MemoryArchive } from "../archive.ts";

const BEGIN = Date.parse("2026-11-25T10:00:00Z");
const HOUR_MS = 3_600_000;
const counts = (sent: number, failed: number): StepCounts => ({
  ...{ sent, failed, delivered: sent - failed },
  ...{ rejected: 0, pending: 0, slow: 0 },
});

/** A network without a history, of which nothing is delivered for the first twenty minutes. */
function badHour(): Series {
  const steps = Array.from({ length: 60 }, (_, n) => counts(10, n < 20 ? 10 : 0));
  const segments = new Map([
    [segmentKey({ kind: "network", channel: "SMS", value: "22801" }), steps],
    [segmentKey({ kind: "sender", channel: "SMS", value: "AcmeBank" }), steps],
  ]);
  return { startMs: BEGIN, stepMs: 60_000, segments };
}

async function putHour({ db, clock }: MemoryArchive): Promise<void> {
  await putSeries(db, badHour(), clock);
}

function servicesOf(archive: MemoryArchive, told: Event[], lagMs = 0, db = archive.db) {
  const tell = async (event: Event) => void told.push(event);
  return { db, clock: archive.clock, settings: DEFAULT_SETTINGS, mutes: [], lagMs, tell };
}

/** An hour and a half of evaluations; `faulty` may give another database for one of them. */
async function play(archive: MemoryArchive, faulty: (n: number) => Database | undefined): Promise<Event[]> {
  const told: Event[] = [];
  for (let n = 1; n < 18; n += 1) {
    archive.nowMs = BEGIN + n * STEP_MS;
    const dying = faulty(n);
    if (dying) await evaluate(servicesOf(archive, told, 0, dying)).catch(() => {});
    await evaluate(servicesOf(archive, told));
  }
  return told;
}

const whatOf = (told: readonly Event[]) => told.map(({ what }) => what);

it("tells an opening and a closing, once each", async () => {
  const archive = new MemoryArchive(BEGIN);
  await putHour(archive);
  const told = await play(archive, () => undefined);
  expect(whatOf(told)).toEqual(["opened", "closed"]);
  expect(told[0]?.incident.segment).toEqual({ channel: "SMS", network: "22801" });
  expect(told[0]?.incident.also).toEqual([{ channel: "SMS", sender: "AcmeBank" }]);
});

it("judges by what was counted just now, whatever is stored of it", async () => {
  const archive = new MemoryArchive(BEGIN);
  const told: Event[] = [];
  const counted = new Map([[BEGIN, { cube: new Map(), series: badHour() }]]);
  for (let n = 1; n < 6; n += 1) {
    archive.nowMs = BEGIN + n * STEP_MS;
    await evaluate({ ...servicesOf(archive, told), counted });
  }
  expect(whatOf(told)).toEqual(["opened"]);
});

it("opens and closes the same, wherever an evaluation dies", async () => {
  for (let call = 1; call <= 9; call += 1)
    for (const isAfter of [false, true]) {
      const archive = new MemoryArchive(BEGIN);
      await putHour(archive);
      const told = await play(archive, () => archive.dyingAt(call, isAfter));
      const ids = new Set(told.map(({ what, incident }) => `${what} ${incident.id}`));
      expect([call, isAfter, [...ids].map((id) => id.split(" ")[0])]).toEqual([
        call,
        isAfter,
        ["opened", "closed"],
      ]);
    }
});

it("opens nothing twice when two evaluate at once", async () => {
  const archive = new MemoryArchive(BEGIN);
  await putHour(archive);
  const told: Event[] = [];
  for (let n = 1; n < 18; n += 1) {
    archive.nowMs = BEGIN + n * STEP_MS;
    await Promise.all([evaluate(servicesOf(archive, told)), evaluate(servicesOf(archive, told))]);
  }
  expect(whatOf(told)).toEqual(["opened", "closed"]);
});

it("judges nothing while too little is known", async () => {
  const archive = new MemoryArchive(BEGIN + HOUR_MS);
  const judged = await evaluate(servicesOf(archive, [], 6 * 60_000));
  expect(judged.isBehind).toBe(true);
});

it("answers with the incidents that a client may see", async () => {
  const archive = new MemoryArchive(BEGIN);
  await putHour(archive);
  await play(archive, () => undefined);
  const ask = async (queryString: string, rights: Partial<Client> = {}) => {
    const request = {
      ...{ id: "1", method: "GET", path: "", body: "", sourceIp: "" },
      queryString,
      headers: {},
    };
    const client = { ...{ id: "ann", name: "ann", isTextHidden: false }, ...rights };
    const services = { db: archive.db, now: () => archive.nowMs };
    const { response } = await answerIncidents(
      { ...request, arrivedAtMs: archive.nowMs },
      { client, format: "json" },
      services,
    );
    return JSON.parse(String(response.body)).incidents;
  };
  const [incident] = await ask("");
  expect(incident).toMatchObject({
    kind: "DELIVERY",
    channel: "SMS",
    networkId: "22801",
    closedBecause: "BACK",
  });
  expect(await ask("open=true")).toEqual([]);
  expect(await ask("open=false")).toHaveLength(1);
  expect(await ask("", { channels: ["VIBER"] })).toEqual([]);
  expect(await ask("", { senders: ["AcmeBank"] })).toEqual([]);
  expect(await ask("until=2026-11-25T10:00:00Z")).toEqual([]);
});

it("publishes by one signed request, and again when SNS has trouble", async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    expect(request.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-west-1\/sns\/aws4_request/,
    );
    response.writeHead(bodies.length === 1 ? 500 : 200).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const topicArn = "arn:aws:sns:eu-west-1:123456789012:alarms";
  const keys = { accessKeyId: "key", secretAccessKey: "secret" };
  await publish({ subject: "archive: x", message: "5 % & more" }, { topicArn, endpoint, ...keys });
  server.close();
  expect(bodies).toHaveLength(2);
  const form = new URLSearchParams(bodies[1]);
  expect(Object.fromEntries(form)).toMatchObject({
    Action: "Publish",
    TopicArn: topicArn,
    Message: "5 % & more",
  });
});
