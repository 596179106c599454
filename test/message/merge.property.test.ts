import fc from "fast-check";
import { expect, test } from "vitest";
import { type Json, numberOf, printJson } from "../../lib/message/json.ts";
import { type Known, knownFrom, merge } from "../../lib/message/merge.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { type MessageRecord, recordOf } from "../../lib/message/record.ts";
import type { Status } from "../../lib/message/status.ts";
import { rankOf } from "../../lib/message/status.ts";
import { aRecord, DELIVERED, NOON, PENDING } from "./records.ts";

const STATUSES: readonly Status[] = [
  PENDING,
  { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" },
  { groupId: 3, groupName: "DELIVERED", id: 2, name: "DELIVERED_TO_OPERATOR" },
  DELIVERED,
  { groupId: 2, groupName: "UNDELIVERABLE", id: 9 },
  { groupId: 4, groupName: "EXPIRED", id: 15 },
  { groupId: 9, groupName: "UNHEARD_OF" },
  { id: 77 },
];
/** Few values, so that reports agree and disagree; names that trip over JavaScript's own. */
const FIELDS = ["from", "text", "price", "error", "constructor", "__proto__", "toString", "hasOwnProperty"];
const OBJECTS = [{ deep: "a" }, { a: 1, b: [2] }, { b: [2], a: 1 }, { a: 1, b: numberOf("2.0") }, {}];
const value = fc.constantFrom<Json>("a", "b", 7, null, "", ...OBJECTS);

const report: fc.Arbitrary<MessageRecord> = fc
  .record({
    status: fc.constantFrom(...STATUSES),
    done: fc.constantFrom(undefined, 0, 1, 2),
    offset: fc.constantFrom("+0000", "+0100"),
    fields: fc.array(fc.tuple(fc.constantFrom(...FIELDS), value), { maxLength: 5 }),
  })
  .map(({ status, done, offset, fields }) => {
    const doneAt = done === undefined ? [] : [["doneAt", formatMoment(NOON + done).replace("+0000", offset)]];
    const fixed = { messageId: "m", channel: "SMS", sentAt: formatMoment(NOON), status };
    return recordOf([...Object.entries(fixed), ...doneAt, ...new Map(fields)] as [string, Json][]);
  });

/** What is known, as text that can be compared. */
const print = ({ record, precedences }: Known) => printJson([record, [...precedences]]);
const mergeAll = (reports: readonly MessageRecord[]) => reports.map(knownFrom).reduce(merge);
const reports = fc.array(report, { minLength: 1, maxLength: 6 });

test("once more changes nothing", () => {
  fc.assert(
    fc.property(reports, (all) => {
      const known = merge(mergeAll(all), mergeAll(all));
      for (const one of all) expect(print(merge(known, knownFrom(one)))).toBe(print(known));
    }),
  );
});

test("any order gives the same", () => {
  const shuffled = reports.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  // One report alone may still hold empty fields, which merging leaves out.
  fc.assert(
    fc.property(shuffled, ([all, other]) => {
      expect(print(mergeAll([...all, ...all]))).toBe(print(mergeAll([...other, ...other])));
    }),
    { numRuns: 500 },
  );
});

test("any grouping gives the same", () => {
  fc.assert(
    fc.property(reports, reports, reports, (a, b, c) => {
      const [x, y, z] = [mergeAll(a), mergeAll(b), mergeAll(c)];
      expect(print(merge(merge(x, y), z))).toBe(print(merge(x, merge(y, z))));
    }),
    { numRuns: 500 },
  );
});

test("a final status is never taken back, and no filled field emptied", () => {
  fc.assert(
    fc.property(reports, report, (all, late) => {
      const [before, after] = [merge(mergeAll(all), mergeAll(all)), mergeAll([...all, late])];
      expect(rankOf(after.record.status)).toBeGreaterThanOrEqual(rankOf(before.record.status));
      expect(Object.keys(after.record)).toEqual(expect.arrayContaining(Object.keys(before.record)));
    }),
  );
});

test("a field with a name of JavaScript's own is kept as any other", () => {
  const odd = recordOf([
    ...Object.entries({ messageId: "m", channel: "SMS", sentAt: formatMoment(NOON), status: DELIVERED }),
    ["__proto__", { polluted: true }],
    ["constructor", "c"],
  ]);
  const { record } = mergeAll([odd, recordOf(Object.entries({ ...odd, status: PENDING }))]);
  expect(printJson(record)).toContain('"__proto__":{"polluted":true},"constructor":"c"');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("a message on its way is past its acceptance, whichever of the two is heard of first", () => {
  const enroute = { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" };
  const [accepted, onItsWay] = [aRecord({ status: PENDING }), aRecord({ status: enroute })];
  for (const order of [
    [accepted, onItsWay],
    [onItsWay, accepted],
  ]) {
    expect(mergeAll(order).record.status).toEqual(enroute);
  }
});

test("of two that are as far on, the one that was done later counts, whichever is heard of first", () => {
  const [early, late] = [1, 2].map((seconds) =>
    knownFrom(aRecord({ doneAt: formatMoment(NOON + seconds * 1000), from: `sender ${seconds}` })),
  ) as [Known, Known];
  for (const { record } of [merge(early, late), merge(late, early)])
    expect([record.from, record.doneAt]).toEqual(["sender 2", formatMoment(NOON + 2000)]);
});

test("a delivery that is heard of after the expiry counts, though its doneAt is earlier", () => {
  const expired = { groupId: 4, groupName: "EXPIRED", id: 15, name: "EXPIRED_EXPIRED" };
  const doneAt = (minutes: number) => formatMoment(NOON + minutes * 60_000);
  const expiry = aRecord({ status: expired, doneAt: doneAt(60) });
  const delivery = aRecord({ status: DELIVERED, doneAt: doneAt(30) });
  for (const order of [
    [expiry, delivery],
    [delivery, expiry],
  ]) {
    expect(mergeAll(order).record).toMatchObject({ status: DELIVERED, doneAt: doneAt(30) });
  }
});
