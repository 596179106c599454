import { expect, test } from "vitest";
import { Pace } from "../../lib/infobip/pace.ts";
import { testClock } from "../ingest/clock.ts";
import { NOON } from "../message/records.ts";

test("so many in any minute, and then when the oldest of them is a minute old", () => {
  const clock = testClock();
  const pace = new Pace(3, clock);
  for (const at of [0, 10_000, 20_000]) {
    clock.ms = NOON + at;
    expect(pace.waitMs()).toBe(0);
    pace.sent();
  }
  expect(pace.waitMs()).toBe(40_000);
  clock.ms = NOON + 60_000;
  expect(pace.waitMs()).toBe(0);
});

test("holds back after a 429, then goes on", () => {
  const clock = testClock();
  const pace = new Pace(60, clock);
  pace.holdBack(7_000);
  expect(pace.waitMs()).toBe(7_000);
  clock.ms += 7_000;
  expect(pace.waitMs()).toBe(0);
});
