import { XMLBuilder } from "fast-xml-parser";
import { isJsonObject, type Json, printJson } from "../runtime/json.ts";

const builder = new XMLBuilder({
  processEntities: false,
  suppressEmptyNode: false,
  attributeNamePrefix: "@",
  ignoreAttributes: false,
});

/**
 * A JSON value as an XML document, fields as elements, lists as repeated elements. Numbers keep their digits. What XML
 * 1.0 cannot hold is made visible instead of being lost: a control character becomes its picture (U+2400 and on).
 */
export function printXml(root: string, value: Json): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: toElements(value) })}`;
}

type Elements = string | Elements[] | { [name: string]: Elements };

function toElements(value: Json): Elements {
  if (Array.isArray(value)) return value.map(toElements);
  if (!isJsonObject(value)) return typeof value === "string" ? escapeText(value) : printJson(value);
  const elements: { [name: string]: Elements } = {};
  for (const [name, child] of Object.entries(value)) {
    if (ELEMENT_NAME.test(name) && !FORBIDDEN_NAMES.has(name)) elements[name] = toElements(child);
    else addProperty(elements, name, child);
  }
  return elements;
}

const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const FORBIDDEN_NAMES = new Set(["__proto__", "constructor", "prototype"]);

/** A field whose name cannot name an element: `<property name="…">`. */
function addProperty(elements: { [name: string]: Elements }, name: string, value: Json): void {
  const content = toElements(value);
  const attribute = { "@name": escapeText(name) };
  const property =
    typeof content === "object" && !Array.isArray(content)
      ? { ...attribute, ...content }
      : { ...attribute, "#text": content };
  const others = elements.property;
  elements.property = [...(Array.isArray(others) ? others : []), property as Elements];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};
const CONTROL_PICTURES = 0x2400;

function escapeText(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (character) =>
        String.fromCharCode(CONTROL_PICTURES + character.charCodeAt(0)),
      )
      .replace(/[\ufffe\uffff]/g, "\ufffd")
  );
}
