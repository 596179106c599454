import fc from "fast-check";
import { expect, test } from "vitest";
import { digitsOf, isJsonObject, numberOf, parseJson, printJson } from "../../lib/message/json.ts";

/** A JSON number as anybody might write it: zeros at its end, exponents, many digits, a minus before nothing. */
const number = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.oneof(fc.constant("0"), fc.stringMatching(/^[1-9]\d{0,24}$/)),
    fc.oneof(fc.constant(""), fc.stringMatching(/^\.\d{1,24}$/)),
    fc.oneof(fc.constant(""), fc.stringMatching(/^[eE][+-]?\d{1,3}$/)),
  )
  .map((parts) => parts.join(""));
const space = fc.constantFrom("", " ", "\n\t");

test("every number comes out with the digits it came in with", () => {
  fc.assert(
    fc.property(number, space, (digits, gap) => {
      const inAll = `{"a":${gap}${digits}${gap},"b":[${gap}${digits},${digits}${gap}],"c":"${digits}"}`;
      expect(printJson(parseJson(inAll))).toBe(`{"a":${digits},"b":[${digits},${digits}],"c":"${digits}"}`);
      expect(printJson(parseJson(gap + digits))).toBe(digits);
    }),
    { numRuns: 3_000 },
  );
});

test("any other JSON is parsed as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      expect(JSON.stringify(parseJson(text))).toBe(printJson(parseJson(printJson(parseJson(text)))));
    }),
  );
});

test("digits go into a number and back", () => {
  fc.assert(
    fc.property(number, (digits) => {
      expect(digitsOf(numberOf(digits))).toBe(digits);
    }),
  );
});

test("a raw number is no object", () => {
  expect(isJsonObject(parseJson("0.10"))).toBe(false);
});
