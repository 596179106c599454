import fc from "fast-check";
import Negotiator from "negotiator";
import { expect, test } from "vitest";
import { preferredEncoding, preferredMediaType } from "../../lib/api/accept.ts";

const TYPES = ["application/json", "application/xml", "text/xml", "text/csv"];
const quality = fc.option(fc.constantFrom("0", "0.1", "0.5", "0.9", "1", "1.0", "0.000"), { nil: undefined });

function headerOf(names: readonly string[]) {
  const wish = fc
    .tuple(fc.constantFrom(...names), quality, fc.constantFrom("", " "))
    .map(([name, q, space]) => (q === undefined ? name : `${name}${space};${space}q=${q}`));
  return fc.array(wish, { minLength: 1, maxLength: 5 }).map((wishes) => wishes.join(", "));
}

test("media types: what the usual library chooses", () => {
  const header = headerOf([...TYPES, "*/*", "text/*", "application/*", "image/png", "TEXT/CSV"]);
  fc.assert(
    fc.property(header, (accept) => {
      const expected = new Negotiator({ headers: { accept } }).mediaType(TYPES);
      expect(preferredMediaType(accept, TYPES)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("encodings: what the usual library chooses", () => {
  const offers = ["gzip", "identity"];
  fc.assert(
    fc.property(headerOf(["gzip", "identity", "br", "deflate", "*"]), (header) => {
      const expected = new Negotiator({ headers: { "accept-encoding": header } }).encoding(offers) === "gzip";
      expect(preferredEncoding(header, offers) === "gzip").toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("a charset makes no other format", () => {
  expect(preferredMediaType("application/xml; charset=utf-8", TYPES)).toBe("application/xml");
});

test("no header makes it throw, or takes long", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (header) => void preferredMediaType(header, TYPES)));
  expect(preferredMediaType(";q=".repeat(600), TYPES)).toBeUndefined();
});
