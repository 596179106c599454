import { expect, test } from "vitest";
import { formatMoment } from "../../lib/message/moment.ts";
import { epochMsOf, expiresAtSeconds } from "../../lib/message/record.ts";
import { aRecord, NOON } from "./records.ts";

const HOUR_MS = 3_600_000;

test("a record is kept from the later of its two moments on, whichever that is", () => {
  const at = (doneAtMs?: number) =>
    expiresAtSeconds(aRecord(doneAtMs === undefined ? {} : { doneAt: formatMoment(doneAtMs) }), 48);
  const untilMs = (ms: number) => (ms + 48 * HOUR_MS) / 1000;
  expect(at()).toBe(untilMs(NOON));
  expect(at(NOON + 5 * HOUR_MS)).toBe(untilMs(NOON + 5 * HOUR_MS));
  expect(at(NOON - 5 * HOUR_MS)).toBe(untilMs(NOON));
  expect(at(NOON + 1)).toBe(untilMs(NOON) + 1);
});

test("a stored date with a character that is no digit is said to be broken, wherever it stands", () => {
  const date = "2026-11-22T09:58:20.323+0100";
  for (const [at, digit] of [...date].entries()) {
    if (!/\d/.test(digit)) continue;
    const spoilt = `${date.slice(0, at)}x${date.slice(at + 1)}`;
    expect(() => epochMsOf(spoilt), spoilt).toThrow("a stored date is not in Infobip's format");
  }
});
