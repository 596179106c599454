import { describe, expect, test } from "vitest";
import { eachHolding, isIndexCheaper, type Odds } from "../../../lib/archive/search/odds.ts";

/** An archive of 50,000 messages, of which a tenth is told by fresh pages. */
function archive({ holding, fresh, wanted }: { holding: number; fresh: number; wanted: number }): Odds {
  const all = { blocks: 220, records: 7_000 };
  return {
    wanted,
    settled: { blocks: 700, records: 47_000, holding },
    fresh: { ...all, holding: fresh, ahead: all },
  };
}

describe("rows in each block that holds a value", () => {
  test("are one where few blocks hold it, and several where nearly all do", () => {
    expect(eachHolding({ blocks: 1_000, holding: 3 })).toBeCloseTo(1, 1);
    expect(eachHolding({ blocks: 1_000, holding: 999 })).toBeGreaterThan(5);
    expect(eachHolding({ blocks: 1_000, holding: 1_000 })).toBeLessThan(10);
  });

  test("are one where there is nothing to go by", () => {
    expect(eachHolding({ blocks: 0, holding: 0 })).toBe(1);
  });
});

describe("the index is cheaper", () => {
  test("for what is rare, however much is wanted", () => {
    expect(isIndexCheaper(archive({ holding: 30, fresh: 2, wanted: 51 }))).toBe(true);
    expect(isIndexCheaper(archive({ holding: 30, fresh: 2, wanted: 1_001 }))).toBe(true);
  });

  test("for what is not there", () => {
    expect(isIndexCheaper(archive({ holding: 0, fresh: 0, wanted: 51 }))).toBe(true);
  });

  test("for a thousand of what stands in all settled blocks, where it leads past fresh ones", () => {
    expect(isIndexCheaper(archive({ holding: 690, fresh: 60, wanted: 1_001 }))).toBe(true);
  });

  test("not for a few of what is nearly everywhere", () => {
    expect(isIndexCheaper(archive({ holding: 700, fresh: 200, wanted: 51 }))).toBe(false);
    expect(isIndexCheaper(archive({ holding: 690, fresh: 60, wanted: 51 }))).toBe(false);
  });

  test("not where the walk does not come through fresh pages at all", () => {
    const odds = archive({ holding: 690, fresh: 60, wanted: 1_001 });
    const further = { ...odds, fresh: { ...odds.fresh, ahead: { blocks: 0, records: 0 } } };
    expect(isIndexCheaper(further)).toBe(false);
  });
});
