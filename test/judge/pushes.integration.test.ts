import { expect, test } from "vitest";
import { tryPushes } from "./pushes-judge.ts";

test("pushes of every shape, repeated, shuffled, pulled as well, forged, through a kill and refusals, are there once and right", async () => {
  const { answeredMs, underLoadMs, foundMs, messages, pushes, ...verdict } = await tryPushes({
    ...{
      reports: 400,
      seed: Number(process.env.SEED ?? 1),
      kills: 1,
      forgeries: 40,
      histories: 20,
      timed: 0,
    },
    say: () => {},
  });
  expect(verdict).toEqual({
    ...{ missing: 0, differing: 0, twice: 0, forged: 0, unknown: 0, histories: 0 },
    ...{ examples: [], wrongAnswers: [] },
  });
  expect(messages).toBeGreaterThan(250);
  expect(pushes).toBeGreaterThan(20);
}, 300_000);
