import { expect, test } from "vitest";
import { World } from "../../../infra/local/imitation/world.ts";
import { drain, type Listed, list, NOON, startAtNoon } from "./client.ts";

const HOUR = 3600_000;

function worldOf(seed: number): World {
  const world = new World({ seed, startAt: NOON - HOUR, messagesPerSecond: 0.1 });
  world.send(500, { from: NOON - 40 * HOUR, until: NOON });
  return world;
}

test("the truth is what the logs and all reports together show", async () => {
  await using infobip = await startAtNoon({ world: worldOf(7) });
  const told = new Map<string, Record<string, unknown>>();
  const logs = await list(infobip, "/omni/1/logs?limit=1000");
  for (const log of logs) told.set(keyOf(log), { ...tidy(log) });
  for (const endpoint of ["sms", "push", "email", "omni"]) {
    for (const report of await drain(infobip, endpoint)) {
      const key = keyOf({ channel: endpoint.toUpperCase(), ...report });
      const sooner = told.get(key) ?? {};
      const { smsCount, mccMnc, price, status, doneAt, ...rest } = tidy(report);
      told.set(key, { ...sooner, ...rest });
      expect(sooner).toMatchObject({ ...(smsCount !== undefined && { messageCount: smsCount }) });
      expect(sooner).toMatchObject({ ...(mccMnc !== undefined && { mccmnc: String(mccMnc) }) });
      expect(sooner.price).toEqual(price);
    }
  }
  const truth = infobip.world.truth(NOON);
  expect(told.size).toBe(truth.length);
  for (const { extra, ...record } of truth) {
    const price = record.price && { ...record.price, pricePerMessage: Number(record.price.pricePerMessage) };
    expect(told.get(keyOf(record))).toEqual({ ...record, ...extra, ...(price && { price }) });
  }
});

test("the same seed gives the same account, however its time is cut up; another seed another", () => {
  const [one, other, stepwise] = [worldOf(1), worldOf(2), worldOf(1)];
  for (let now = NOON - HOUR; now < NOON + HOUR; now += 60_000) stepwise.advance(now);
  expect(stepwise.truth(NOON + HOUR)).toEqual(one.truth(NOON + HOUR));
  expect(other.truth(NOON)).not.toEqual(one.truth(NOON));
});

test("live traffic goes on with the clock, at about the rate asked for", () => {
  const world = new World({ seed: 3, startAt: NOON, messagesPerSecond: 2 });
  expect(world.truth(NOON)).toEqual([]);
  expect(world.truth(NOON + 1000_000).length).toBeGreaterThan(1800);
  expect(world.truth(NOON + 1000_000).length).toBeLessThan(2300);
});

test("a forgetful one forgets what the logs show no more, and hands out its reports all the same", () => {
  const [forgetful, other] = [true, false].map(
    (isForgetful) => new World({ seed: 3, startAt: NOON, messagesPerSecond: 0.002, isForgetful }),
  ) as [World, World];
  const query = { bulkIds: [], messageIds: [], limit: 100_000 };
  for (let now = NOON; now < NOON + 96 * HOUR; now += 3 * HOUR)
    expect(forgetful.logs(query, now)).toEqual(other.logs(query, now));
  const now = NOON + 96 * HOUR;
  const sentAt = ({ sentAt }: { sentAt: string }) => Date.parse(sentAt.replace(/(\d\d)$/, ":$1"));
  const kept = forgetful.truth(now).map(sentAt);
  expect(Math.min(...kept)).toBeGreaterThan(now - 49 * HOUR);
  expect(Math.min(...other.truth(now).map(sentAt))).toBeLessThan(NOON + HOUR);
  expect(forgetful.takeReports("sms", { limit: 100_000 }, now)).toEqual(
    other.takeReports("sms", { limit: 100_000 }, now),
  );
});

test("send adds exactly as many messages, between the moments given", () => {
  const world = new World({ seed: 5, startAt: NOON });
  world.send(3000, { from: NOON - HOUR, until: NOON });
  expect(world.truth(NOON)).toHaveLength(3000);
  expect(world.truth(NOON - HOUR - 1)).toEqual([]);
});

test("all oddities come up in a few thousand messages", () => {
  const world = new World({ seed: 5, startAt: NOON });
  world.send(5000, { from: NOON - 40 * HOUR, until: NOON });
  const truth = world.truth(NOON);
  const share = (of: (record: (typeof truth)[number]) => unknown) => truth.filter(of).length / truth.length;
  expect(new Set(truth.map(({ channel }) => channel)).size).toBe(7);
  expect(truth.length - new Set(truth.map(({ messageId }) => messageId)).size).toBeGreaterThan(50);
  expect(share(({ status }) => status.groupName === "DELIVERED")).toBeGreaterThan(0.85);
  for (const group of ["PENDING", "UNDELIVERABLE", "EXPIRED", "REJECTED"]) {
    expect(share(({ status }) => status.groupName === group)).toBeGreaterThan(0.001);
  }
  expect(share(({ status }) => status.action)).toBeGreaterThan(0.001);
  expect(share(({ status }) => status.id === 4321)).toBeGreaterThan(0.001);
  expect(share(({ error }) => error?.groupName === "Ok")).toBeGreaterThan(0.05);
  expect(share(({ extra }) => extra)).toBeGreaterThan(0.01);
  expect(share(({ callbackData }) => callbackData)).toBeGreaterThan(0.05);
});

function keyOf({ messageId, channel }: { messageId: string; channel?: string }): string {
  return `${messageId} ${channel}`;
}

/** Dates in the documented form, and without what stands for nothing. */
function tidy(record: Listed): Record<string, unknown> {
  const entries = Object.entries(record).map(([name, value]) => [
    name,
    name.endsWith("At")
      ? String(value)
          .replace("Z", "+0000")
          .replace(/:(\d\d)$/, "$1")
      : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== "" && value !== "null"));
}
