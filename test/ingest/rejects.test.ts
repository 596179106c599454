import { expect, test } from "vitest";
import { keptRejects, rejectOf } from "../../lib/ingest/rejects.ts";
import { aRecord } from "../message/records.ts";

const PAGE = { source: "push-sms", id: "p1" };
const unread = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ place, reason: "no record", text: `{"junk":${place}}` }));
const refused = (count: number) =>
  Array.from({ length: count }, (_, n) => rejectOf(aRecord({ messageId: `m${n}` })));

test.each([
  [0, 3],
  [1, 250],
  [150, 100],
  [250, 250],
])(
  "of %i texts that cannot be read and %i records that are refused, none is kept in the place of another",
  (few, many) => {
    const rejects = [...unread(few), ...refused(many)];
    const kept = keptRejects(PAGE, rejects);
    expect(new Set(kept.map(({ page, place }) => `${page}#${place}`)).size).toBe(kept.length);
    const texts = kept.map(({ text }) => text).join("");
    for (const { text } of rejects) expect(texts).toContain(text);
  },
);

test("a record that is refused is kept once, by whichever page it comes", () => {
  const [one, other] = ["p1", "p2"].map((id) => keptRejects({ ...PAGE, id }, refused(1)));
  expect(one).toEqual(other);
});
