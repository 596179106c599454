import { expect, test } from "vitest";
import { type BlockRef, keyOfRef } from "../../../lib/archive/block-ref.ts";
import { denseRanges } from "../../../lib/archive/search/dense.ts";

const NOW_MS = Date.UTC(2026, 10, 24, 12);

/** Blocks of what is not delivered, a minute apart, newest first; `className` of another kind. */
function blocks(count: number, className = "d"): BlockRef[] {
  return Array.from({ length: count }, (_, n) => {
    const newestMs = NOW_MS - n * 60_000;
    return { className, newestMs, oldestMs: newestMs, hash: n.toString(16).padStart(12, "0") };
  });
}

test("blocks that lie close together are one range, and each other is got", () => {
  const [all, delivered] = [blocks(20), blocks(3, "a")];
  const wanted = [...all.filter((_, n) => n % 3 === 1), ...delivered].map(keyOfRef);
  const { ranges, others } = denseRanges(wanted, [...all, ...delivered]);
  expect(ranges).toEqual([{ pk: "d#2026-11-24", from: wanted[0]?.sk, until: wanted[6]?.sk }]);
  expect(others).toEqual(delivered.map(keyOfRef));
});

test("a few, or a few of many, are got", () => {
  const all = blocks(100).map(keyOfRef);
  for (const wanted of [all.slice(0, 3), all.filter((_, n) => n % 10 === 0)])
    expect(denseRanges(wanted, blocks(100))).toEqual({ ranges: [], others: wanted });
});

test("each day is a range of its own", () => {
  const all = [...blocks(8), ...blocks(8).map((ref) => ({ ...ref, newestMs: ref.newestMs - 86_400_000 }))];
  expect(denseRanges(all.map(keyOfRef), all).ranges.map(({ pk }) => pk)).toEqual([
    "d#2026-11-24",
    "d#2026-11-23",
  ]);
});
