import fc from "fast-check";
import { expect, test } from "vitest";
import { compareOrder, momentOfOrder, orderKey } from "../../../lib/archive/keys.ts";
import { printMoment } from "./messages.ts";

const MOST_MS = Date.parse("9999-12-31T00:00:00Z");
const LEAST_MS = Date.parse("0001-01-02T00:00:00Z");
const id = fc
  .string({ unit: "binary", minLength: 1, maxLength: 8 })
  .map((text) => text.toWellFormed().replace(/[^ -\u{10ffff}]/gu, " "));
const near = fc.constantFrom("a", "a ", "a  b", "a!", "a#", "ab", "\uffee", "\u{1f600}");
const message = fc.record({
  sentAtMs: fc.oneof(fc.constantFrom(0, -1, 1, MOST_MS), fc.integer({ min: LEAST_MS, max: MOST_MS })),
  messageId: fc.oneof(near, id),
  channel: fc.oneof(near, id),
  offset: fc.constantFrom(0, 60, -330),
});
const keyOf = ({
  sentAtMs,
  messageId,
  channel,
  offset,
}: typeof message extends fc.Arbitrary<infer T> ? T : never) =>
  orderKey({ messageId, channel, sentAt: printMoment(sentAtMs, offset) });
const utf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test("order keys sort as answers do: newest first, then messageId, then channel, by their bytes", () => {
  fc.assert(
    fc.property(message, message, fc.boolean(), (a, other, isSameTime) => {
      const b = isSameTime ? { ...other, sentAtMs: a.sentAtMs } : other;
      const expected =
        Math.sign(b.sentAtMs - a.sentAtMs) || utf8(a.messageId, b.messageId) || utf8(a.channel, b.channel);
      expect(Math.sign(compareOrder(keyOf(a), keyOf(b)))).toBe(Math.sign(expected));
    }),
    { numRuns: 2_000 },
  );
});

test("DynamoDB's order of keys, by UTF-8 bytes, is the one that we compare by", () => {
  const text = fc.string({ unit: "binary", maxLength: 6 }).map((value) => value.toWellFormed());
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareOrder(a, b))).toBe(utf8(a, b));
    }),
    { numRuns: 2_000 },
  );
});

test("an order key tells its moment, before 1970 and in the year 9999 too", () => {
  fc.assert(
    fc.property(message, (one) => {
      expect(momentOfOrder(keyOf(one))).toBe(one.sentAtMs);
    }),
  );
});
