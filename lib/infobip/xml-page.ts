import { XMLParser } from "fast-xml-parser";
import type { Results } from "./split.ts";
import { elementsOf, isResult, TAIL } from "./xml-elements.ts";

/**
 * The results of an XML body, each as JSON text: of `DeliveryReports/results/result` (SMS, push, Viber) and of
 * `MessagesApiDeliveryReportResponse/results/results` (OpenAPI 3.210.0). Loaded on demand: nearly everybody is sent JSON.
 */
const PARSER = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Ids and prices keep their digits: the types of the fields parse them.
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** Fields that are numbers in JSON and are not in the table of fields. Other fields stay as they came. */
const NUMBERS = new Set(["networkId", "attemptCount", "timeToFirstAttempt", "sendDateTime", "createdAt"]);
const DIGITS = /^(0|[1-9]\d{0,14})$/;

/** Splits an XML body. If it is not well-formed, or was cut off, each result is read by itself. Never throws. */
export function splitXml(body: string): Results {
  return resultsOf(body) ?? eachOf(body);
}

/**
 * Converts a result that was kept as a JSON string of XML (see `joined`) to JSON text; other texts are returned as they
 * are. Never throws.
 */
export function unwrapped(text: string): string {
  if (!/^"(\\[nrt]| )*</.test(text)) return text;
  try {
    const xml = String(JSON.parse(text));
    const { texts, damage } = splitXml(xml);
    return texts.length === 1 && !damage ? (texts[0] ?? xml) : xml;
  } catch {
    return text;
  }
}

/** Undefined if it is not well-formed XML. */
function resultsOf(body: string): Results | undefined {
  const parsed = parse(body);
  if (parsed === undefined) return undefined;
  const roots = isElement(parsed) ? Object.values(parsed).filter(isElement) : [];
  const [root] = roots;
  if (roots.length !== 1 || !root) return undefined;
  if (!("results" in root)) return { texts: [textOf(root)] };
  return { texts: [...itemsOf(root.results), ...strayOf(root)].map(textOf) };
}

/**
 * The elements of a body that is not well-formed, read one by one. Those that are not well-formed either are kept as
 * text.
 */
function eachOf(body: string): Results {
  const { texts, end } = elementsOf(body);
  const rest = body.slice(end);
  const isWhole = texts.length > 0 && TAIL.test(rest);
  return {
    texts: texts.map((text) => (isResult(text) ? (resultsOf(text)?.texts[0] ?? text) : text)),
    ...(isWhole ? {} : { damage: { reason: "it is not XML, or not whole", from: end } }),
  };
}

function parse(body: string): unknown {
  try {
    return PARSER.parse(body, true);
  } catch {
    return undefined;
  }
}

/** One element or several, with or without an element around each. */
function itemsOf(results: unknown): unknown[] {
  const list = listOf(results);
  return list.flatMap((each) => {
    if (!isElement(each)) return isBlank(each) ? [] : [each];
    const inner = each.result ?? each.results;
    return inner === undefined ? [each] : [...listOf(inner).filter((one) => !isBlank(one)), ...strayOf(each)];
  });
}

/** Text between elements, where only indentation belongs. */
function strayOf(element: Element): unknown[] {
  return listOf(element["#text"] ?? "").filter((text) => !isBlank(text));
}

function isBlank(value: unknown): boolean {
  return typeof value === "string" && value.trim() === "";
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

type Element = Readonly<Record<string, unknown>>;

function isElement(value: unknown): value is Element {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return JSON.stringify(plainOf(value));
}

function plainOf(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((each) => plainOf(each, name));
  if (!isElement(value)) {
    if (typeof value !== "string") return value;
    return NUMBERS.has(name) && DIGITS.test(value) ? Number(value) : value;
  }
  // Text between elements is normally indentation; anything else is kept.
  const parts = Object.entries(value).filter(([part, inner]) => part !== "#text" || !isBlank(inner));
  if (parts.length === 0 && "#text" in value) return plainOf(value["#text"], name);
  return Object.fromEntries(parts.map(([part, inner]) => [part, plainOf(inner, part)]));
}
