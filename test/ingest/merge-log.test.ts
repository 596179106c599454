import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { groupForMerging } from "../../lib/ingest/merge-log.ts";
import { unpackedLength } from "../../lib/log/blob.ts";
import type { Page } from "../../lib/log/page-log.ts";

/** How many of these pages, told by their bytes, are merged at a time. */
async function sizesOf(bodies: readonly Uint8Array[]): Promise<number[]> {
  async function* pages(): AsyncGenerator<Page> {
    for (const [n, body] of bodies.entries())
      yield {
        source: "push-sms",
        place: n + 1,
        id: `p${n}`,
        atMs: 0,
        way: "push",
        item: { bytes: unpackedLength(body) },
      };
  }
  return (await Array.fromAsync(groupForMerging(pages()))).map(({ length }) => length);
}

const plain = (bytes: number) => Buffer.alloc(bytes, "a");

test("pages are merged together while they are not more work than a full one, compressed or not", async () => {
  expect(await sizesOf(Array(20).fill(plain(1_000)))).toEqual([16, 4]);
  expect(await sizesOf(Array(5).fill(plain(150_000)))).toEqual([2, 2, 1]);
  expect(await sizesOf(Array(5).fill(gzipSync(plain(150_000))))).toEqual([2, 2, 1]);
  expect(await sizesOf([plain(1_000), gzipSync(plain(5_000_000)), plain(1_000)])).toEqual([1, 1, 1]);
});

test("what only begins as if it were compressed is as long as it is", () => {
  const broken = [0x1f, 0x8b, 0, 0, 0];
  expect(unpackedLength(Uint8Array.from(broken))).toBe(5);
  // Members one behind the other: the last tells its own length only.
  const two = Buffer.concat([gzipSync(plain(1_000_000)), gzipSync("")]);
  expect(unpackedLength(two)).toBe(two.length);
});
