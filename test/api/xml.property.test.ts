import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { expect, test } from "vitest";
import { printXml } from "../../lib/api/xml.ts";
import { parseJson } from "../../lib/message/json.ts";

const parser = new XMLParser({
  ...{ ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false, trimValues: false },
  htmlEntities: true,
});
const parse = (xml: string) => parser.parse(xml).root;

/** What must come back: a control character as its picture, half a surrogate pair as the replacement character. */
function visible(text: string): string {
  return [...text.toWellFormed()]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0x20 && !"\t\n\r".includes(character)) return String.fromCodePoint(0x2400 + code);
      return code === 0xfffe || code === 0xffff ? "\ufffd" : character;
    })
    .join("");
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("<", ">", "&", '"', "'", "]]>", "&amp;", "\r", "\n", "\u0000", "\ud800", "a"),
  }),
);

test("every character of a text survives, or becomes visible", () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(parse(printXml("root", { text: value, after: "x" }))).toEqual({
        text: visible(value),
        after: "x",
      });
    }),
    { numRuns: 1_000 },
  );
});

test("every character of a field's name survives, or becomes visible", () => {
  fc.assert(
    fc.property(text, (name) => {
      fc.pre(!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) && name.trim() === name);
      const { property } = parse(printXml("root", { [name]: "x" }));
      expect(property).toEqual({ "@name": visible(name), "#text": "x" });
    }),
  );
});

test("fields, lists and numbers as elements, with every digit", () => {
  const value = parseJson(
    '{"a":{"b":[1,"x",{"c":0.0100}],"e":{}},"n":0.000000123456789012,"t":true,"z":null}',
  );
  expect(parse(printXml("root", value))).toEqual({
    a: { b: ["1", "x", { c: "0.0100" }], e: "" },
    n: "0.000000123456789012",
    ...{ t: "true", z: "null" },
  });
});

test("names that cannot name an element, and the one that stands in for them, are told apart", () => {
  const value = parseJson('{"a b":[1,{"c":2}],"property":"p","__proto__":{"d":3},"constructor":"e","1":"f"}');
  expect(parse(printXml("root", value)).property).toEqual([
    { "@name": "1", "#text": "f" },
    { "@name": "a b", "#text": "1" },
    { "@name": "a b", c: "2" },
    { "@name": "property", "#text": "p" },
    { "@name": "__proto__", d: "3" },
    { "@name": "constructor", "#text": "e" },
  ]);
});

test("a list in a list keeps its bounds", () => {
  expect(parse(printXml("root", { a: [[1, 2], [3]] })).a).toEqual([{ item: ["1", "2"] }, { item: "3" }]);
});
