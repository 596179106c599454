import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuery, printQuery, type Term, withoutTerm, withTerm } from "../../lib/console/search/query.ts";
import { WORD_NAMES, WORD_TABLE } from "../../lib/console/search/words.ts";

/** Values that words take, whatever somebody types. */
const value = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc.constantFrom(
    "failed",
    "DELIVERED",
    "REJECTED_NETWORK",
    "viber",
    "228-01",
    "2h",
    "today",
    "2026-11-25T14:30",
    '"',
    "\\",
    "a b",
    "+41 79 302 67 27",
  ),
);
const term = fc.tuple(fc.constantFrom(...WORD_NAMES), value).chain(([word, typed]): fc.Arbitrary<Term> => {
  const kept = WORD_TABLE[word].read(typed);
  return kept === undefined ? fc.constant({ word: "id", value: "m1" }) : fc.constant({ word, value: kept });
});
const terms = fc.uniqueArray(term, { selector: ({ word, value }) => `${word}:${value}`, maxLength: 6 });

describe("the search box", () => {
  it("reads what it prints", () => {
    fc.assert(
      fc.property(terms, (given) => {
        expect(parseQuery(printQuery(given))).toEqual({ terms: given, misread: [] });
      }),
    );
  });

  it("reads anything, and what it has read means the same when it is read again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const { terms: once } = parseQuery(text);
        expect(parseQuery(printQuery(once)).terms).toEqual(once);
      }),
    );
  });

  it("takes a term out that it has put in", () => {
    fc.assert(
      fc.property(terms, term, (given, more) => {
        const others = withoutTerm(given, more);
        expect(withTerm(given, more)).toContainEqual(more);
        expect(withoutTerm(withTerm(others, more), more).every((each) => others.includes(each))).toBe(true);
      }),
    );
  });

  it.each([
    ["+41 79 302 67 27", "to:41793026727"],
    ["(385) 91-100.0116", "to:385911000116"],
    ["0041 79 302 67 27", "to:41793026727"],
    ["to:0041793026727", "to:41793026727"],
    ["00123", "id:00123"],
    ["jane@example.com", "to:jane@example.com"],
    ["1052147653525165219", "id:1052147653525165219"],
    ["a035f092-b280-4121-8704-e993f45c11ca", "id:a035f092-b280-4121-8704-e993f45c11ca"],
    ["viber failed", "channel:VIBER status:failed"],
    ["EC_ABSENT_SUBSCRIBER", "error:EC_ABSENT_SUBSCRIBER"],
    ["REJECTED_NETWORK", "status:REJECTED_NETWORK"],
    ["Recipient:+41793026727 sender:Kino", "to:41793026727 from:Kino"],
    ['from:"My Brand"', 'from:"My Brand"'],
    ["status:delivered status:DELIVERED", "status:DELIVERED"],
  ])("understands %s", (typed, meant) => {
    expect(printQuery(parseQuery(typed).terms)).toBe(meant);
    expect(parseQuery(typed).misread).toEqual([]);
  });

  it.each([
    ["color:red", /“color:” is not a word/],
    ["status:lost", /“status:” takes failed, ACCEPTED/],
    ["network:12", /three digits/],
    ["since:soon", /30m, 2h/],
    ["since:2026-02-30", /30m, 2h/],
  ])("says what is wrong with %s, and leaves it out", (typed, reason) => {
    const { terms: read, misread } = parseQuery(`${typed} channel:SMS`);
    expect(read).toEqual([{ word: "channel", value: "SMS" }]);
    expect(misread.map((each) => each.reason)).toEqual([expect.stringMatching(reason)]);
  });
});
