import { expect, test } from "vitest";
import { keepMoments } from "../../lib/log/moments.ts";
import { EXPIRES_AT } from "../../lib/runtime/table.ts";
import { NOON } from "../message/records.ts";
import { MemoryArchive } from "../statistics/archive.ts";

test("moments are kept for as long as whoever keeps them longest says, in any order", async () => {
  const { db, table } = new MemoryArchive(NOON);
  const keptUntil = async (keepSeconds: number) => {
    await keepMoments(db, [{ messageId: "m", momentsMs: new Set([NOON, NOON + 1_000]), keepSeconds }]);
    return new Set(table.all(NOON).map((item) => Number(item[EXPIRES_AT]) - NOON / 1_000));
  };
  const [first = 0, ...others] = await keptUntil(100);
  expect(others).toEqual([]);
  expect(await keptUntil(300)).toEqual(new Set([first + 200]));
  expect(await keptUntil(200)).toEqual(new Set([first + 200]));
});
