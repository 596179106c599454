import type { MessageEvent } from "../message/event.ts";
import type { MessageRecord } from "../message/record.ts";
import { type BodyText, bodyText, xmlText } from "./body-text.ts";
import { parseEvent } from "./event.ts";
import { parseReport } from "./report.ts";
import type { Source } from "./sources.ts";
import { isValue, type Results, splitPushed, splitResults } from "./split.ts";

/** A text that is no record, or not a whole one. */
export interface Reject {
  /** Its place in the page; WHOLE_OR_REST for what could not be split into records. */
  readonly place: number;
  readonly reason: string;
  readonly text: string;
  /** Of a body whose text is not all that its bytes were: the bytes, as they came. */
  readonly bytes?: Uint8Array;
}

/** What a body holds: records, and the texts that are none with the reason. */
export interface PageContent {
  readonly records: readonly MessageRecord[];
  /** Which of the body's results each of the records was. It stays so when a later version reads more of them. */
  readonly places: readonly number[];
  /** The text that each of the records was read from. */
  readonly texts: readonly string[];
  readonly rejects: readonly Reject[];
  /** What was pushed beside reports, and the text that each was read from. */
  readonly events: readonly (MessageEvent & { readonly text: string })[];
  /** What the platform says of a sender, by its own name for it. */
  readonly warnings: readonly string[];
  /** How many results it lists, readable or not. */
  readonly count: number;
}

/** The place of what could not be split into records. */
export const WHOLE_OR_REST = -1;

/**
 * Reads a body of any form, XML included, record by record: what does not parse is set aside, the rest goes on. Never throws, but
 * for code that cannot be loaded.
 */
export async function readAnyPage(bytes: Uint8Array, source: Source): Promise<PageContent> {
  if (!source.isPushed) return readPage(bytes, source);
  const body = bodyText(bytes);
  if (/^\ufeff?\s*</.test(body.text)) {
    const { splitXml } = await import("./xml-page.ts");
    const xml = xmlText(bytes);
    return contentOf(bytes, xml, splitXml(xml.text), source);
  }
  const list = splitPushed(body.text);
  if (!list.texts.some((text) => text.startsWith('"'))) return contentOf(bytes, body, list, source);
  const { unwrapped } = await import("./xml-page.ts");
  return contentOf(bytes, body, { ...list, texts: list.texts.map(unwrapped) }, source);
}

/** Reads a body of JSON record by record: what does not parse is set aside, the rest goes on. Never throws. */
export function readPage(bytes: Uint8Array, source: Source): PageContent {
  const body = bodyText(bytes);
  const results = source.isPushed ? splitPushed(body.text) : splitResults(body.text);
  return contentOf(bytes, body, results, source);
}

function contentOf(
  bytes: Uint8Array,
  body: BodyText,
  { texts, damage }: Results,
  source: Source,
): PageContent {
  const parsed = texts.map((text, place) => ({ text, place, result: readText(text, source) }));
  const rejects = parsed.flatMap(({ text, place, result }): Reject[] => {
    if ("reason" in result) return [{ place, text, reason: result.reason }];
    const flaws = "record" in result ? result.flaws : [];
    return flaws.length > 0
      ? [{ place, text, reason: `stored, but this cannot be read, or not whole: ${flaws.join(", ")}` }]
      : [];
  });
  if (!body.isExact) rejects.unshift(inexact(bytes, body.text, damage?.reason));
  else if (damage)
    rejects.push({ place: WHOLE_OR_REST, text: body.text.slice(damage.from), reason: damage.reason });
  const read = parsed.flatMap(({ text, place, result }) =>
    "record" in result ? [{ text, place, record: result.record }] : [],
  );
  return {
    records: read.map(({ record }) => record),
    places: read.map(({ place }) => place),
    texts: read.map(({ text }) => text),
    rejects,
    events: parsed.flatMap(({ text, result }) => ("event" in result ? [{ ...result.event, text }] : [])),
    warnings: parsed.flatMap(({ result }) => ("warning" in result ? [result.warning] : [])),
    count: texts.length,
  };
}

/** Its records are read all the same; a text of it would hide what is wrong with it from whoever reads it again. */
function inexact(bytes: Uint8Array, text: string, damage: string | undefined): Reject {
  const reason = ["some of its bytes are not UTF-8", ...(damage === undefined ? [] : [damage])].join("; ");
  return { place: WHOLE_OR_REST, reason, text, bytes };
}

/** A result is a report, or, of what is pushed, something else that is known. */
function readText(text: string, { channel, isPushed }: Source) {
  const report = parseReport(text, channel, isPushed);
  if (!isPushed || "record" in report) return report;
  return parseEvent(text, channel) ?? report;
}

/** A body that holds nothing: the usual answer of a quiet minute, and what a connection is tried with. */
export function isEmptyPage(body: Uint8Array): boolean {
  return (
    body.length < 100 && /^\s*(\{\s*"results"\s*:\s*\[\s*\]\s*\}\s*)?$/.test(Buffer.from(body).toString())
  );
}

/** A body that lists these results, as Infobip's own do. */
export function bodyOf(texts: readonly string[]): Buffer {
  return Buffer.from(`{"results":[${texts.join(",")}]}`);
}

/** Texts of results of one body, as a body that they can be read from again: XML, and what is neither, as strings of JSON. */
export function joined(texts: readonly string[]): string {
  return bodyOf(texts.map((text) => (isValue(text) ? text : JSON.stringify(text)))).toString();
}
