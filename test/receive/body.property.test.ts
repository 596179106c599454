import fc from "fast-check";
import { expect, test } from "vitest";
import { landedBody } from "../../lib/receive/body.ts";

const charsets = fc.constantFrom(
  "utf-8",
  "iso-8859-1",
  "windows-1252",
  "utf-16",
  "utf-16be",
  "shift_jis",
  "x-klingon",
);
const types = fc.constantFrom("application/json", "application/xml", "text/plain");
const landed = (type: string, charset: string, body: Buffer) =>
  Buffer.from(landedBody({ headers: { "content-type": `${type}; charset=${charset}` }, body })).toString();

test("what is in UTF-8 is landed as it came, whatever its charset is said to be", () => {
  fc.assert(
    fc.property(types, charsets, fc.string({ unit: "grapheme" }), (type, charset, text) => {
      const body = JSON.stringify({ results: [{ text }] });
      expect(landed(type, charset, Buffer.from(body))).toBe(body);
    }),
  );
});

test("what is in its charset, and not in UTF-8, is landed in UTF-8", () => {
  fc.assert(
    fc.property(types, fc.string({ maxLength: 9 }), (type, text) => {
      const body = JSON.stringify({ results: [{ text }], city: "Zürich" });
      expect(landed(type, "iso-8859-1", Buffer.from(body, "latin1"))).toBe(body);
      expect(landed(type, "utf-16le", Buffer.from(body, "utf16le"))).toBe(body);
      // Without anything that is no ASCII, too: such bytes are UTF-8, but no text.
      const ascii = JSON.stringify({ results: [] });
      expect(landed(type, "utf-16be", Buffer.from(ascii, "utf16le").swap16())).toBe(ascii);
    }),
  );
});
