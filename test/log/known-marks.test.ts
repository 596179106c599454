import { expect, test } from "vitest";
import { isBeyond, isUpTo, KnownMarks } from "../../lib/log/known-marks.ts";

test("knows of a slot what was read, and what was entered right behind that", () => {
  const known = new KnownMarks();
  known.addWhole("sms", 1, { sms: 3 }, ["a"]);
  known.enter("sms", { sms: 3 }, { source: "push-sms", place: 1, marks: new Map([[1, ["b"]]]) });
  // Somebody else's page lies between: what is entered behind it does not tell of that.
  known.enter(
    "sms",
    { sms: 5, "push-sms": 4 },
    { source: "push-sms", place: 6, marks: new Map([[1, ["c"]]]) },
  );
  const slot = known.of("sms", 1);
  expect([...(slot?.marks ?? [])]).toEqual(["a", "b"]);
  expect(slot && isUpTo({ sms: 3, "push-sms": 1 }, slot)).toBe(true);
  expect(slot && isBeyond({ sms: 3 }, slot)).toBe(true);
  expect(known.of("omni", 1)).toBeUndefined();
});

test("forgets the slots that were not asked for lately, and adds nothing to what it has forgotten", () => {
  const known = new KnownMarks(10);
  for (const slot of [1, 2, 3])
    known.addWhole(
      "sms",
      slot,
      {},
      ["a", "b", "c"].map((mark) => mark + slot),
    );
  expect([1, 2, 3].map((slot) => known.of("sms", slot)?.marks.size)).toEqual([undefined, 3, 3]);
  known.addSince("sms", 1, { sms: 9 }, ["d"]);
  expect(known.of("sms", 1)).toBeUndefined();
});
