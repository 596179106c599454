import { expect, it } from "vitest";
import { loadCubes } from "../../lib/statistics/cubes-for-jobs.ts";
import { extendStatistics } from "../../lib/statistics/extend-retention.ts";
import { HOUR_MS, hourName } from "../../lib/statistics/periods.ts";
import { putCube } from "../../lib/statistics/put-cube.ts";
import { MemoryArchive } from "./archive.ts";

const BEGIN = Date.parse("2027-01-03T10:00:00Z");

it("an hour that is not final yet changes for as long as its records live now; one that is stays as it is", async () => {
  const { db, clock } = new MemoryArchive(BEGIN);
  // Of the second some blocks only linger, and are not extended.
  const [old, ending, young] = [BEGIN - 60 * HOUR_MS, BEGIN - 46 * HOUR_MS, BEGIN - 10 * HOUR_MS];
  for (const startMs of [old, ending, young]) {
    const known = { counted: new Set<string>(), countedAtMs: startMs, messages: 0 };
    const put = {
      ...known,
      startMs,
      before: undefined,
      cube: new Map(),
      finalFromMs: startMs + 48 * HOUR_MS,
    };
    await putCube(db, "hour", hourName(startMs), put, clock);
  }
  expect(await extendStatistics(db, { retentionHours: 720, nowMs: BEGIN })).toBe(1);
  expect(await extendStatistics(db, { retentionHours: 720, nowMs: BEGIN })).toBe(0);
  const stored = await loadCubes(db, [old, ending, young]);
  expect([old, ending, young].map((startMs) => stored.get(startMs)?.finalFromMs)).toEqual([
    old + 48 * HOUR_MS,
    ending + 48 * HOUR_MS,
    young + 720 * HOUR_MS,
  ]);
});
