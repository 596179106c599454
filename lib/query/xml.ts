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
  // A list in a list has no name of its own.
  if (Array.isArray(value)) return value.map((item) => toElements(Array.isArray(item) ? { item } : item));
  if (!isJsonObject(value)) return typeof value === "string" ? escapeText(value) : printJson(value);
  const elements: { [name: string]: Elements } = {};
  for (const [name, child] of Object.entries(value)) {
    if (ELEMENT_NAME.test(name) && !FORBIDDEN_NAMES.has(name)) elements[name] = toElements(child);
    else addProperty(elements, name, child);
  }
  return elements;
}

const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const FORBIDDEN_NAMES = new Set(["__proto__", "constructor", "prototype", "property"]);

/** A field whose name cannot name an element: `<property name="…">`, several for a list. */
function addProperty(elements: { [name: string]: Elements }, name: string, value: Json): void {
  const attribute = { "@name": escapeText(name).replace(/[\t\n]/g, (space) => `&#${space.charCodeAt(0)};`) };
  const contents = [toElements(value)].flat();
  const properties = contents.map((content) =>
    typeof content === "object" ? { ...attribute, ...content } : { ...attribute, "#text": content },
  ) as Elements[];
  const others = elements.property;
  elements.property = [...(Array.isArray(others) ? others : []), ...properties];
}

const CONTROL_PICTURES = 0x2400;
/** What a text may hold that XML would read otherwise, or not at all; most texts hold none of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML 1.0 forbids
const UNSAFE = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff\ud800-\udfff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above, without the carriage return
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function escapeText(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text
    .toWellFormed()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;")
    .replace(CONTROLS, (character) => String.fromCharCode(CONTROL_PICTURES + character.charCodeAt(0)))
    .replace(/[\ufffe\uffff]/g, "\ufffd");
}
