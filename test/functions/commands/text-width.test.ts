import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inColumns, widthOf } from "../../../functions/commands/text-width.ts";

const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";

describe("inColumns", () => {
  it.each([
    ["Grüße", 5, "Grüße"],
    ["Grüße", 4, "Grü…"],
    [`ab${FAMILY}`, 4, `ab${FAMILY}`],
    [`abc${FAMILY}`, 4, "abc…"],
    [`ab${FAMILY}c`, 4, "ab… "],
    ["\u{1f1e8}\u{1f1ed}\u{1f1e8}\u{1f1ed}", 3, "\u{1f1e8}\u{1f1ed}…"],
    ["漢字", 6, "漢字  "],
    ["e\u0301te\u0301", 3, "e\u0301te\u0301"],
    ["a\u001b[31mb\u202ec\n", 10, "a [31mb c"],
  ])("%j in %i columns", (text, width, expected) => {
    expect(inColumns(text, width).trimEnd()).toBe(expected.trimEnd());
  });

  it("takes exactly its columns, and has nothing that moves a cursor", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        const cell = inColumns(text, width);
        expect(widthOf(cell)).toBe(width);
        expect(cell).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});
