import { describe, expect, test } from "vitest";
import type { Filter } from "../../lib/query/filter.ts";
import { between, justAfter, plan } from "../../lib/query/plan.ts";
import { orderKey, orderPrefix } from "../../lib/store/keys.ts";

const AT = "2026-11-22T09:58:20.323+0100";
const AT_MS = Date.parse("2026-11-22T08:58:20.323Z");
const key = (sentAt: string, messageId = "m") => orderKey({ sentAt, messageId, channel: "SMS" });
const isIn = (order: string, filter: Filter, after?: string) => {
  const { from, until } = plan(filter, after).range;
  return from <= order && order <= until;
};

describe("the path of a filter", () => {
  const everything: Filter = {
    ...{
      messageIds: ["a", "a", "b"],
      to: "41",
      bulkIds: ["x", "x"],
      generalStatus: "REJECTED",
      from: "Shop",
    },
  };
  const { messageIds: _, ...withTo } = everything;
  const { to: __, ...withBulk } = withTo;
  const { bulkIds: ___, ...withStatus } = withBulk;
  test.for<[string, Filter, object]>([
    ["messageId before all else, each once", everything, { kind: "messages", messageIds: ["a", "b"] }],
    ["then the recipient", withTo, { kind: "recipient", to: "41" }],
    ["then the bulks, each once", withBulk, { kind: "bulks", bulkIds: ["x"] }],
    ["then a status other than DELIVERED", withStatus, { kind: "days", group: "REJECTED" }],
    ["PENDING is such a status", { generalStatus: "PENDING" }, { kind: "days", group: "PENDING" }],
    ["else time", { channel: "SMS" }, { kind: "days", values: [["channel", "SMS"]] }],
    ["nothing asked", {}, { kind: "days", values: [] }],
  ])("%s", ([, filter, path]) => {
    expect(plan(filter).path).toMatchObject(path);
  });

  test("DELIVERED has no path of its own: nearly every record is", () => {
    expect(plan({ generalStatus: "DELIVERED" }).path).not.toHaveProperty("group");
  });

  test("a network is one value for the zone map, with its country or without", () => {
    expect(plan({ mcc: "228" }).path).toMatchObject({ values: [["mcc", "228"]] });
    expect(plan({ mcc: "228", mnc: "01" }).path).toMatchObject({ values: [["mccmnc", "22801"]] });
  });

  test("what the path says already, the database need not filter", () => {
    expect(plan({ generalStatus: "REJECTED" }).conditions).toEqual([]);
    expect(plan({ generalStatus: "DELIVERED" }).conditions).toHaveLength(1);
    expect(plan({ generalStatus: "REJECTED", to: "41" }).conditions).toHaveLength(1);
  });
});

describe("the range of a filter", () => {
  test("includes both bounds, to the millisecond", () => {
    const filter = { sentSinceMs: AT_MS, sentUntilMs: AT_MS };
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
    expect(plan({ sentUntilMs: AT_MS }, newer).range.from).toBe(orderPrefix(AT_MS));
  });

  test("has the parts that lie in a period, whose end belongs to the next", () => {
    const { range } = plan({ sentSinceMs: AT_MS });
    expect(between(range, AT_MS - 10, AT_MS)).toBeUndefined();
    expect(between(range, AT_MS - 10, AT_MS + 1)).toEqual({ from: orderPrefix(AT_MS), until: range.until });
  });
});

test("justAfter leaves no room for another key", () => {
  expect(justAfter("a") > "a").toBe(true);
  expect(justAfter("a") <= "a\u0000").toBe(true);
});
