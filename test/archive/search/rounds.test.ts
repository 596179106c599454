import { expect, test } from "vitest";
import { openBenchArchive } from "../../bench/archive.ts";
import { answer, ask } from "../../bench/body.ts";
import { firstPages } from "../../bench/first-pages.ts";
import { arrivalsOf } from "../../bench/shapes.ts";

const NOW_MS = Date.parse("2026-11-22T10:17:00Z");
const HOUR_MS = 3_600_000;
const MOST_ROUNDS = 6;
const TIMEOUT_MS = 30_000;

test.each([
  { name: "many messages", reports: 5_000, hours: 2 },
  { name: "few messages a day", reports: 200, hours: 100 },
  { name: "nothing settled yet", reports: 150, hours: 20 },
  { name: "a burst", reports: 4_000, hours: 7, isBurst: true as const },
])(
  "a first page takes six rounds at most, whatever is asked for: $name",
  async ({ reports, hours, isBurst }) => {
    const { db, meter, life } = await openBenchArchive("rounds", 720);
    const shape = { reports, hours, scale: 1, ...(isBurst ? { isBurst } : {}) };
    await life.through(arrivalsOf(shape, NOW_MS), { fromMs: NOW_MS - hours * HOUR_MS, untilMs: NOW_MS });
    const slow: string[] = [];
    for (const [name, query] of firstPages(NOW_MS)) {
      meter.takeRounds();
      await answer(db, ask(query), NOW_MS);
      const rounds = meter.takeRounds();
      if (rounds > MOST_ROUNDS) slow.push(`${name}: ${rounds}`);
    }
    expect(slow).toEqual([]);
  },
  TIMEOUT_MS,
);
