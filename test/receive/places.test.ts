import { expect, test } from "vitest";
import { MOST_BYTES_AT_ONCE, Places } from "../../lib/receive/places.ts";

/** A log that gives each page the place behind the one that it is told of, and notes what it was told. */
function aLog() {
  let nowMs = 1_000;
  const places = new Places({ now: () => nowMs, random: () => 0, sleep: async () => {} });
  const told: number[] = [];
  const slow = Promise.withResolvers<void>();
  const land = (
    found: number,
    { fails = false, isSlow = false, untilMs = Infinity, bytes = 700, source = "sms" } = {},
  ) =>
    places.next(source, {
      untilMs,
      bytes,
      find: async () => found,
      land: async (after) => {
        told.push(after);
        await (isSlow ? slow.promise : undefined);
        if (fails) throw new Error("no database");
        return after + 1;
      },
    });
  return { told, land, pass: (ms: number) => (nowMs += ms), goOn: slow.resolve };
}

test("pages that come at once land one behind the other, also behind one that does not", async () => {
  const { told, land } = aLog();
  const landed = await Promise.allSettled([land(7), land(0, { fails: true }), land(0), land(0)]);
  expect(landed.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(told).toEqual([7, 8, 8, 9]);
});

// Time to live may have emptied the log meanwhile, and readers have passed what others landed: a page before them would be lost.
test("a place is believed for a minute only", async () => {
  const { told, land, pass } = aLog();
  await land(7);
  pass(59_000);
  await land(0);
  pass(61_000);
  await land(500);
  expect(told).toEqual([7, 8, 500]);
});

// Whoever pushed it has been refused by then, and pushes it again: landed as well it would only keep others from theirs.
test("a page whose time is over before its turn comes is not landed", async () => {
  const { told, land, pass, goOn } = aLog();
  const landed = Promise.allSettled([
    land(7, { isSlow: true }),
    land(0, { untilMs: 3_000 }),
    land(0, { untilMs: 3_001 }),
  ]);
  pass(2_000);
  goOn();
  expect(await landed).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected", reason: { name: "BusyError" } },
    { status: "fulfilled" },
  ]);
  expect(told).toEqual([7, 8]);
});

test("those for whom there is no room are refused at once, those of other logs are not, and none when there is room again", async () => {
  const { told, land, goOn } = aLog();
  const bytes = MOST_BYTES_AT_ONCE / 4 - 20_000;
  const first = Array.from({ length: 4 }, () => land(7, { isSlow: true, bytes }));
  await expect(land(0, { bytes })).rejects.toMatchObject({ name: "BusyError" });
  await land(40, { source: "email" });
  goOn();
  await Promise.all(first);
  await land(0, { bytes });
  expect(told).toHaveLength(4 + 2);
  expect(told.at(-1)).toBe(7 + 4);
});

test("what could not land takes no room for ever", async () => {
  const { told, land } = aLog();
  const bytes = MOST_BYTES_AT_ONCE / 2;
  for (let n = 0; n < 3; n++) await expect(land(7, { bytes, fails: true })).rejects.toThrow("no database");
  await land(7, { bytes });
  expect(told).toEqual([7, 7, 7, 7]);
});

// A burst of small ones is nothing that a database in good health could not take.
test("very many small ones at once all land", async () => {
  const { told, land } = aLog();
  await Promise.all(Array.from({ length: 1_000 }, () => land(0)));
  expect(told).toHaveLength(1_000);
});
