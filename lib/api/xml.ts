import { isJsonObject, type Json, printJson } from "../message/json.ts";

/**
 * A JSON value as an XML document: fields as elements, lists as repeated elements. Numbers keep their digits. What XML
 * 1.0 cannot represent becomes visible instead of being lost: a control character becomes its picture (U+2400 and on).
 */
export function printXml(root: string, value: Json): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${printElement(root, value)}`;
}

/** An element; for a list, one per item. A list inside a list has no name of its own. */
function printElement(name: string, value: Json, attribute = ""): string {
  if (Array.isArray(value)) {
    return value.map((item) => printElement(name, Array.isArray(item) ? { item } : item, attribute)).join("");
  }
  return `<${name}${attribute}>${printContent(value)}</${name}>`;
}

function printContent(value: Json): string {
  if (typeof value === "string") return escapeText(value);
  if (!isJsonObject(value)) return printJson(value);
  return Object.entries(value)
    .map(([name, child]) => printField(name, child))
    .join("");
}

const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
/** The element for fields whose names are not valid element names. */
const PROPERTY = "property";
/** Names that JavaScript parsers reject, and the one that must not be confused with our own element. */
const FORBIDDEN_NAMES = new Set(["__proto__", "constructor", "prototype", PROPERTY]);

function printField(name: string, value: Json): string {
  if (ELEMENT_NAME.test(name) && !FORBIDDEN_NAMES.has(name)) return printElement(name, value);
  const escaped = escapeText(name).replace(/[\t\n]/g, (space) => `&#${space.charCodeAt(0)};`);
  return printElement(PROPERTY, value, ` name="${escaped}"`);
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
