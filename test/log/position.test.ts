import { expect, test } from "vitest";
import {
  acknowledge,
  batchToRepeat,
  earliestOf,
  MOST_BATCHES,
  type Reading,
  readingFrom,
  repeat,
  take,
  tokenOf,
  UNACKNOWLEDGED_MS,
} from "../../lib/log/position.ts";
import { collectRows } from "../../lib/log/rows.ts";

/** Hands a row out, to be acknowledged. */
const handOut = (reading: Reading, place: number, after: string, nowMs = 0) =>
  take(reading, { rows: collectRows([{ place, row: 0 }]), next: { place: place + 1, row: 0 }, after, nowMs });
/** A poll that began when the position was of this version, and arrived just now. */
const at = (seen: number, nowMs: number) => ({ seen, arrivedAtMs: nowMs, nowMs });
const tokenAt = (reading: Reading, n: number) => tokenOf(reading.batches[n] ?? { id: 0 });

test("what is asked for with the same again was not answered: it comes again, until it is acknowledged", () => {
  const first = handOut(readingFrom(1), 1, "n1");
  expect(batchToRepeat(first, "n1", at(2, 0))?.id).toBe(2);
  expect(batchToRepeat(first, "n2", at(2, 0))).toBeUndefined();
  const acknowledged = acknowledge(first, tokenAt(first, 0));
  expect(batchToRepeat(acknowledged, "n1", at(2, 0))).toBeUndefined();
  expect(acknowledge(acknowledged, tokenAt(first, 0))).toBe(acknowledged);
});

test("what was handed out to a poll at the same time is not given to this one", () => {
  const first = handOut(readingFrom(1), 1, "");
  expect(batchToRepeat(first, "", at(1, 0))).toBeUndefined();
  const [batch] = first.batches;
  if (!batch) throw new Error("nothing was handed out");
  const again = repeat(first, batch, "", 0);
  expect(batchToRepeat(again, "", at(2, 0))).toBeUndefined();
  expect(batchToRepeat(again, "", at(3, 0))?.id).toBe(batch.id);
});

test("nor is it given to one that had arrived before, and waited to be admitted", () => {
  const first = handOut(readingFrom(1), 1, "", 1_000);
  expect(batchToRepeat(first, "", { seen: 2, arrivedAtMs: 999, nowMs: 1_005 })).toBeUndefined();
  expect(batchToRepeat(first, "", { seen: 2, arrivedAtMs: 1_001, nowMs: 1_005 })?.id).toBe(2);
});

test("what nobody acknowledges is given to whoever asks then, and is what the client is behind by", () => {
  const both = handOut(handOut(readingFrom(1), 1, "dead", 0), 2, "alive", 5_000);
  const alive = tokenAt(both, 1);
  const rest = acknowledge(both, alive);
  expect(batchToRepeat(rest, alive, at(3, UNACKNOWLEDGED_MS - 1))).toBeUndefined();
  expect(batchToRepeat(rest, alive, at(3, UNACKNOWLEDGED_MS))?.after).toBe("dead");
  expect(earliestOf(rest)).toEqual({ place: 1, row: 0 });
  expect(earliestOf(acknowledge(rest, tokenAt(both, 0)))).toEqual({ place: 3, row: 0 });
});

test("no more than so many are in the air", () => {
  let reading = readingFrom(1);
  for (let n = 1; n <= MOST_BATCHES; n++) {
    expect(batchToRepeat(reading, "new", at(n, 0))).toBeUndefined();
    reading = handOut(reading, n, `n${n}`);
  }
  expect(batchToRepeat(reading, "new", at(reading.version, 0))?.after).toBe("n1");
});
