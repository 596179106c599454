import { expect, test } from "vitest";
import { Moments } from "../../lib/archive/moments.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import { aRecord, NOON } from "../message/records.ts";

test("a message that was sent at several moments is kept as long as any of what is told of it says", () => {
  const moments = new Moments();
  const add = (messageId: string, sentMs: number, keepSeconds: number) => {
    const record = aRecord({ messageId, sentAt: formatMoment(sentMs) });
    moments.add({ record, precedences: new Map(), text: "", keepSeconds });
  };
  add("first", NOON, 300);
  add("first", NOON + 1_000, 100);
  add("last", NOON, 100);
  add("last", NOON + 1_000, 200);
  add("last", NOON, 300);
  add("thrice", NOON, 100);
  add("thrice", NOON + 1_000, 100);
  add("thrice", NOON - 1_000, 100);
  add("same", NOON, 100);
  add("same", NOON, 300);
  const momentsMs = new Set([NOON, NOON + 1_000]);
  expect(moments.moved()).toEqual([
    { messageId: "first", momentsMs, keepSeconds: 300 },
    { messageId: "last", momentsMs, keepSeconds: 300 },
    { messageId: "thrice", momentsMs: new Set([NOON, NOON + 1_000, NOON - 1_000]), keepSeconds: 100 },
  ]);
});
