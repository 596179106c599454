import { expect, test } from "vitest";
import type { FreshPage } from "../../lib/archive/fresh.ts";
import { isDue, isExpiring } from "../../lib/statistics/due.ts";
import { type CubeKnowledge, chooseSource } from "../../lib/statistics/freshness.ts";
import type { PackedCube } from "../../lib/statistics/stored.ts";
import { NO_MOVES } from "../../lib/statistics/unsettled-moves.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse("2026-11-22T10:17:00Z");
const AT_MS = Date.parse("2026-11-22T09:00:00Z");
const NAME = "2026-11-22T09";

const page = (sk: string, ago: number) =>
  ({ sk, refs: [], count: 1, appendedAtMs: NOW_MS - ago }) as unknown as FreshPage;
const cubeOf = (messages: number, counted: readonly string[] = []) =>
  ({
    ...{ startMs: AT_MS, messages, counted: new Set(counted), countedAtMs: NOW_MS - 240_000 },
    finalFromMs: NOW_MS + 24 * HOUR_MS,
  }) as unknown as PackedCube;
const known = (pages: readonly FreshPage[], stale: readonly string[] = [], n = 1): CubeKnowledge => ({
  ...{ nowMs: NOW_MS, catalog: { n: 0, runs: [], trash: [] }, archived: new Set(["2026-11-22"]) },
  state: { n, stale: new Set(stale), seen: new Set(), moved: new Set() },
  pages: new Map([[AT_MS, pages]]),
  moves: NO_MOVES,
});
const NEW = page("a".repeat(16), 60_000);
const OLD = page("b".repeat(16), 600_000);

const spent = (spentUnits: number, hours = 24) => ({ spentUnits, askedMs: hours * HOUR_MS });

test("an hour is told by its cube as long as that names every page of it", () => {
  const names = [NEW, OLD].map(({ sk }) => sk.slice(0, 12));
  expect(chooseSource(AT_MS, cubeOf(100, names), known([NEW, OLD]), spent(0))).toBe("stored");
  expect(chooseSource(AT_MS, cubeOf(100, names), known([NEW, OLD], [NAME]), spent(0))).toBe("live");
  expect(chooseSource(AT_MS, cubeOf(100, names.slice(1)), known([NEW, OLD]), spent(0))).toBe("live");
});

test("of a large hour the last minutes may be missing, and what is missing for longer only when it is very large", () => {
  expect(chooseSource(AT_MS, cubeOf(40_000), known([NEW]), spent(0))).toBe("older");
  expect(chooseSource(AT_MS, cubeOf(40_000), known([NEW]), spent(0, 6))).toBe("live");
  // Of days many a small hour may have changed: a question of them may cost more than one of a day.
  expect(chooseSource(AT_MS, cubeOf(100), known([NEW]), spent(200))).toBe("older");
  expect(chooseSource(AT_MS, cubeOf(100), known([NEW]), spent(200, 48))).toBe("live");
  expect(chooseSource(AT_MS, cubeOf(40_000), known([NEW]), spent(0, 48))).toBe("older");
  expect(chooseSource(AT_MS, cubeOf(40_000), known([OLD]), spent(0))).toBe("live");
  expect(chooseSource(AT_MS, cubeOf(40_000), known([], [NAME]), spent(0))).toBe("live");
  expect(chooseSource(AT_MS, cubeOf(400_000), known([OLD]), spent(0))).toBe("older");
  expect(chooseSource(AT_MS, cubeOf(40_000), known([OLD]), spent(1_900))).toBe("older");
});

test("without a cube there is nothing, unless something came or nothing was ever counted", () => {
  expect(chooseSource(AT_MS, undefined, known([]), spent(0))).toBe("nothing");
  expect(chooseSource(AT_MS, undefined, known([NEW]), spent(0))).toBe("live");
  expect(chooseSource(AT_MS, undefined, known([], [NAME]), spent(0))).toBe("live");
  expect(chooseSource(AT_MS, undefined, known([], [], 0), spent(0))).toBe("live");
});

test("an hour whose records begin to expire is final, whatever comes", () => {
  const broken = { ...cubeOf(100), finalFromMs: NOW_MS + 600_000, isBroken: true };
  expect(chooseSource(AT_MS, broken, known([NEW, OLD]), spent(0))).toBe("live");
  expect(chooseSource(AT_MS, { ...broken, finalFromMs: NOW_MS }, known([]), spent(0))).toBe("lost");
  const final = { ...cubeOf(100), finalFromMs: NOW_MS + 60_000 };
  expect(isExpiring(final, NOW_MS)).toBe(true);
  expect(chooseSource(AT_MS, final, known([OLD], [NAME]), spent(0))).toBe("stored");
});

test("a large old hour is counted ever more rarely, and once before it is final", () => {
  const endMs = AT_MS + HOUR_MS;
  const at = (hours: number, countedAfter: number, messages = 40_000, missing = 0) =>
    isDue(
      {
        ...{ startMs: AT_MS, messages, countedAtMs: endMs + countedAfter * HOUR_MS },
        finalFromMs: endMs + 48 * HOUR_MS,
      },
      endMs + hours * HOUR_MS,
      missing,
    );
  expect([at(1, 0.9), at(2.5, 2), at(3, 2), at(10, 8), at(12, 8), at(47.6, 40)]).toEqual([
    true,
    false,
    true,
    false,
    true,
    true,
  ]);
  // Of which many reports have come: at once, where that many make it no dearer than the goal.
  expect([at(10, 8, 40_000, 2_000), at(10, 8, 40_000, 2_001)]).toEqual([false, true]);
  // A small one is stored every quarter of an hour while it runs, and rarely after.
  const minutes = (now: number, counted: number) => at(now / 60, counted / 60, 500);
  expect([minutes(-20, -30), minutes(-15, -30), minutes(6, 0), minutes(10, 6), minutes(20, 10)]).toEqual([
    ...[false, true, false, true, true],
  ]);
});

test("what an hour of long ago lacks is stored within a day", () => {
  const endMs = AT_MS + HOUR_MS;
  const hour = { startMs: AT_MS, messages: 500, finalFromMs: endMs + 90 * 24 * HOUR_MS };
  const at = (hours: number, countedAfter: number) =>
    isDue({ ...hour, countedAtMs: endMs + countedAfter * HOUR_MS }, endMs + hours * HOUR_MS);
  expect([at(20 * 24 + 23, 20 * 24), at(20 * 24 + 24, 20 * 24)]).toEqual([false, true]);
});
