import { Digits } from "./digits.ts";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

/** An XML document: the root, and inside it the value's fields as elements. */
export function writeXml(root: string, value: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root, value)}`;
}

/** The envelope of Infobip's lists: root, results, and one result element for each record. */
export function writeXmlList(root: string, records: readonly unknown[]): string {
  return writeXml(root, { results: { result: records } });
}

function writeElement(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((entry) => writeElement(name, entry)).join("");
  return `<${name}>${writeContent(value)}</${name}>`;
}

function writeContent(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Digits) return value.text;
  if (typeof value !== "object") return escapeText(String(value));
  return Object.entries(value)
    .map(([name, entry]) => writeElement(name, entry))
    .join("");
}

function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (char) => ESCAPES[char] ?? char);
}
