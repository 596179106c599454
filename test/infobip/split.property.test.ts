import fc from "fast-check";
import { expect, test } from "vitest";
import { splitResults } from "../../lib/infobip/split.ts";

const space = fc.constantFrom("", " ", "\n  ", "\r\n\t");
const objects = fc.array(
  fc.object({ key: fc.string(), maxDepth: 2 }).map((value) => JSON.stringify(value)),
  {
    maxLength: 8,
  },
);
const values = fc.array(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  { maxLength: 8 },
);

test("the texts of a page are those that it was made of", () => {
  fc.assert(
    fc.property(
      values,
      space,
      fc.constantFrom("", '"cursor":{"results":[1]},"a":"]",'),
      (texts, gap, before) => {
        const body = `${gap}{${gap}${before}${gap}"results"${gap}:${gap}[${gap}${texts.join(`${gap},${gap}`)}${gap}]}`;
        expect(splitResults(body)).toEqual({ texts });
      },
    ),
  );
});

test("a cut at any place loses the record that it cuts, and those behind it", () => {
  fc.assert(
    fc.property(objects, fc.nat(), (texts, n) => {
      const body = `{"results":[${texts.join(",")}]}`;
      const cut = body.slice(0, n % body.length);
      const whole = texts.filter(
        (_, place) => `{"results":[${texts.slice(0, place + 1).join(",")}`.length <= cut.length,
      );
      const results = splitResults(cut);
      expect(results.texts).toEqual(whole);
      expect(results.damage === undefined).toBe(cut.length >= body.length - 1);
    }),
    { numRuns: 500 },
  );
});

test("says from where on a body cannot be read, and never throws", () => {
  expect(splitResults("<html></html>").damage).toEqual({ reason: "no list of results in it", from: 0 });
  expect(splitResults('{"results":[{"a":1},{"b').damage).toEqual({
    reason: "it ends in the middle of a record",
    from: 20,
  });
  expect(splitResults('{"results":[1 2]}').damage).toEqual({
    reason: "its list of results is broken",
    from: 14,
  });
  expect(splitResults('\ufeff{"results":null}')).toEqual({ texts: [] });
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\ results1') }),
      (text) => void splitResults(text),
    ),
  );
});
