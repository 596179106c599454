import { expect, test } from "vitest";
import { sha256 } from "../../lib/runtime/hash.ts";
import { cubeOf } from "../../lib/statistics/cube.ts";
import { encodeCube } from "../../lib/statistics/cube-codec.ts";
import { loadCubes } from "../../lib/statistics/cubes-for-jobs.ts";
import { hourName, hourOf } from "../../lib/statistics/periods.ts";
import { putCube } from "../../lib/statistics/put-cube.ts";
import { aRecord, NOON } from "../message/records.ts";
import { MemoryArchive } from "./archive.ts";

const HOUR_MS = hourOf(NOON);
const NAME = hourName(HOUR_MS);
/** Senders of which nothing can be compressed, so many that a cube takes two items. */
const SENDERS = 14_000;

const cubes = ["one", "another"].map((salt) =>
  cubeOf(
    Array.from({ length: SENDERS }, (_, n) => aRecord({ messageId: `m${n}`, from: sha256(`${salt} ${n}`) })),
  ),
);

test("whoever dies over putting a cube of several items leaves the one before or the new one, whole", async () => {
  const archive = new MemoryArchive(NOON);
  const load = async () => (await loadCubes(archive.db, [HOUR_MS])).get(HOUR_MS);
  const sizes = cubes.map((cube) => encodeCube(cube).length);
  for (const size of sizes) expect(size).toBeGreaterThan(300_000);
  for (const [n, cube] of cubes.entries()) {
    for (let [calls, isOver] = [1, false]; !isOver; calls++)
      for (const isAfter of [false, true]) {
        const before = await load();
        const put = {
          ...{ startMs: HOUR_MS, before, cube, counted: new Set<string>(), countedAtMs: NOON },
          ...{ messages: SENDERS, finalFromMs: NOON },
        };
        const db = archive.dyingAt(calls, isAfter);
        isOver = await putCube(db, "hour", NAME, put, archive.clock).catch(() => false);
        const stored = await load();
        expect(stored?.isBroken ?? false).toBe(false);
        expect([n === 0 ? undefined : sizes[0], sizes[n]]).toContain(stored?.bytes);
      }
  }
});
