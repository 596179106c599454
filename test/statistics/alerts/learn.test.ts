import { deflateRawSync } from "node:zlib";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { evaluate } from "../../../lib/statistics/alerts/evaluate.ts";
import { DEFAULT_SETTINGS, STEP_MS } from "../../../lib/statistics/alerts/settings.ts";
import type { Event } from "../../../lib/statistics/alerts/state-store.ts";
import { readUsuals } from "../../../lib/statistics/alerts/usual-store.ts";
import { type Cell, keyOf } from "../../../lib/statistics/cube.ts";
import { ZERO } from "../../../lib/statistics/decimal.ts";
import { latencyBucketOf } from "../../../lib/statistics/latency.ts";
import { DAY_MS, HOUR_MS, hourName } from "../../../lib/statistics/periods.ts";
import { putCube } from "../../../lib/statistics/put-cube.ts";
import { type StepCounts, segmentKey } from "../../../lib/statistics/series.ts";
import { putSeries } from "../../../lib/statistics/series-store.ts";
import { MemoryArchive } from "../archive.ts";

const BEGIN = Date.parse("2026-11-25T10:00:00Z");

function cell(group: string, messages: number): Cell {
  return {
    ...{
      channel: "SMS",
      sender: "AcmeBank",
      network: "22801",
      group,
      status: group,
      errorGroup: "",
      error: "",
    },
    ...{
      currency: "EUR",
      messages,
      parts: messages,
      price: ZERO,
      priceOfParts: { units: BigInt(messages), scale: 2 },
    },
    times: group === "DELIVERED" ? new Map([[latencyBucketOf(20_000), messages]]) : new Map(),
  };
}

/** An hour of 600 messages, of which 30 fail. */
async function putHour({ db, clock }: MemoryArchive, startMs: number): Promise<void> {
  const cells = [cell("DELIVERED", 570), cell("UNDELIVERABLE", 30)];
  const cube = new Map(cells.map((one) => [keyOf(one), one]));
  const known = {
    before: undefined,
    counted: new Set<string>(),
    countedAtMs: startMs,
    messages: 600,
    finalFromMs: startMs,
  };
  await putCube(db, "hour", hourName(startMs), { ...known, startMs, cube }, clock);
}

it("learns what is usual from the cubes, and tells what is worse", async () => {
  const archive = new MemoryArchive(BEGIN);
  const { db, clock } = archive;
  for (let hourMs = BEGIN - 28 * DAY_MS; hourMs < BEGIN; hourMs += HOUR_MS) await putHour(archive, hourMs);
  const minute = (failed: number): StepCounts => ({
    ...{ sent: 10, failed, delivered: 10 - failed },
    ...{ rejected: 0, pending: 0, slow: 0 },
  });
  const key = segmentKey({ kind: "channel", channel: "SMS", value: "" });
  for (const [n, isDown] of [false, true].entries()) {
    const steps = Array.from({ length: 60 }, (_, at) => minute(isDown ? 5 : at % 2));
    const startMs = BEGIN + (n - 1) * HOUR_MS;
    await putSeries(db, { startMs, stepMs: 60_000, segments: new Map([[key, steps]]) }, clock);
  }
  const told: Event[] = [];
  const tell = async (event: Event) => void told.push(event);
  for (let n = 1; n <= 3; n += 1) {
    archive.nowMs = BEGIN + n * STEP_MS;
    await evaluate({ db, clock, settings: DEFAULT_SETTINGS, mutes: [], lagMs: 0, tell });
  }
  const usual = (await readUsuals(db, [BEGIN], clock)).get(BEGIN)?.get("SMS network 22801");
  expect(usual?.waitMs).toBe(60_000);
  expect(usual?.usual.shares.DELIVERY.share).toBeCloseTo(0.05, 4);
  expect(usual?.usual).toMatchObject({ messages: 600, spend: { EUR: { usual: 6, most: 6, each: 0.01 } } });
  expect(told.map(({ what, incident }) => [what, incident.kind, incident.segment])).toEqual([
    ["opened", "DELIVERY", { channel: "SMS" }],
  ]);
  expect(told[0]?.incident.numbers.usual).toBeCloseTo(0.05, 4);
});

it("reads what an earlier version has learned, without what is allowed to campaigns", async () => {
  const { db, clock } = new MemoryArchive(BEGIN);
  const shares = Array.from({ length: 3 }, () => [0.05, 0.02, 0.01]);
  const d = deflateRawSync(JSON.stringify([["SMS", 60_000, 600, 500, shares, {}]]));
  const Item = { pk: "usual", sk: hourName(BEGIN), d, v: 1, e: BEGIN / 1_000 };
  await db.client.send(new PutCommand({ TableName: db.table, Item }));
  const usual = (await readUsuals(db, [BEGIN], clock)).get(BEGIN)?.get("SMS")?.usual;
  expect(usual?.shares.DELIVERY).toEqual({
    share: 0.05,
    scatter: { clump: 0.02, long: 0.01 },
    campaign: 0.4,
  });
});
