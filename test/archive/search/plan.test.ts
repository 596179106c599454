import { describe, expect, test } from "vitest";
import { orderKey, orderPrefix } from "../../../lib/archive/keys.ts";
import type { Filter } from "../../../lib/archive/search/filters.ts";
import { justAfter, rangeOf, stretchOf } from "../../../lib/archive/search/plan.ts";

const AT = "2026-11-22T09:58:20.323+0100";
const AT_MS = Date.parse("2026-11-22T08:58:20.323Z");
const key = (sentAt: string, messageId = "m") => orderKey({ sentAt, messageId, channel: "SMS" });
const isIn = (order: string, filter: Filter, after?: string) => {
  const { from, until } = rangeOf(filter, after);
  return from <= order && order <= until;
};

describe("the range of a filter", () => {
  test("includes both bounds, to the millisecond", () => {
    const filter = { sentSince: AT_MS, sentUntil: AT_MS };
    expect(isIn(key(AT), filter)).toBe(true);
    expect(isIn(key("2026-11-22T09:58:20.324+0100"), filter)).toBe(false);
    expect(isIn(key("2026-11-22T09:58:20.322+0100"), filter)).toBe(false);
  });

  test("is everything without bounds, from 1930 to 9999", () => {
    for (const sentAt of ["1930-01-01T00:00:00.000+0000", AT, "9999-12-31T23:59:59.999+0000"])
      expect(isIn(key(sentAt), {})).toBe(true);
  });

  test("starts right after a cursor's record", () => {
    expect(isIn(key(AT, "a"), {}, key(AT, "a"))).toBe(false);
    expect(isIn(key(AT, "a!"), {}, key(AT, "a"))).toBe(true);
    expect(isIn(key("2026-11-22T09:58:20.324+0100"), {}, key(AT))).toBe(false);
  });

  test("a cursor does not widen it", () => {
    const newer = key("2026-12-01T00:00:00.000+0000");
    expect(rangeOf({ sentUntil: AT_MS }, newer).from).toBe(orderPrefix(AT_MS));
  });

  test("spans the moments of its ends", () => {
    expect(stretchOf(rangeOf({ sentSince: AT_MS, sentUntil: AT_MS }))).toEqual({
      sinceMs: AT_MS,
      untilMs: AT_MS,
    });
    expect(stretchOf(rangeOf({}))).toEqual({ sinceMs: -Infinity, untilMs: Infinity });
    expect(stretchOf(rangeOf({}, key(AT, "a")))).toEqual({ sinceMs: -Infinity, untilMs: AT_MS });
  });
});

test("justAfter leaves no room for another key", () => {
  expect(justAfter("a") > "a").toBe(true);
  expect(justAfter("a") <= "a\u0000").toBe(true);
});
