import type { MessageEvent } from "../message/event.ts";
import type { MessageRecord } from "../message/record.ts";
import { type BodyText, bodyText, xmlText } from "./body-text.ts";
import { parseEvent } from "./event.ts";
import { parseReport } from "./report.ts";
import type { Source } from "./sources.ts";
import { isValue, type Results, splitPushed, splitResults } from "./split.ts";

/** A text that could not be read as a record, or not completely. */
export interface Reject {
  /** Its index in the page; WHOLE_OR_REST for text that could not be split into records. */
  readonly place: number;
  readonly reason: string;
  readonly text: string;
  /** The original bytes of a body that could not be decoded exactly. */
  readonly bytes?: Uint8Array;
}

/** What a body holds: its records, and the texts that could not be read, with reasons. */
export interface PageContent {
  readonly records: readonly MessageRecord[];
  /**
   * The index of each record among the body's results. It stays the same when a later version can read more of them.
   */
  readonly places: readonly number[];
  /** The text that each of the records was read from. */
  readonly texts: readonly string[];
  readonly rejects: readonly Reject[];
  /** Events that were pushed besides reports, each with the text it was read from. */
  readonly events: readonly (MessageEvent & { readonly text: string })[];
  /** Warnings about a sender, by Infobip's names. */
  readonly warnings: readonly string[];
  /** The number of results, readable or not. */
  readonly count: number;
}

/** The place of what could not be split into records. */
export const WHOLE_OR_REST = -1;

/**
 * Reads a body of any form, XML included, record by record: results that do not parse are set aside, the others are
 * kept. Throws only if code cannot be loaded.
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

/** Reads a JSON body record by record: results that do not parse are set aside, the others are kept. Never throws. */
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

/** Its records are read all the same. The bytes are kept, because the decoded text would hide what was wrong. */
function inexact(bytes: Uint8Array, text: string, damage: string | undefined): Reject {
  const reason = ["some of its bytes are not UTF-8", ...(damage === undefined ? [] : [damage])].join("; ");
  return { place: WHOLE_OR_REST, reason, text, bytes };
}

/** A result is a report or, in pushed bodies, another known kind of event. */
function readText(text: string, { channel, isPushed }: Source) {
  const report = parseReport(text, channel, isPushed);
  if (!isPushed || "record" in report) return report;
  return parseEvent(text, channel) ?? report;
}

/** A body without results: the usual answer in a quiet minute, and what a connection is tested with. */
export function isEmptyPage(body: Uint8Array): boolean {
  return (
    body.length < 100 && /^\s*(\{\s*"results"\s*:\s*\[\s*\]\s*\}\s*)?$/.test(Buffer.from(body).toString())
  );
}

/** Writes a body that lists these results the way Infobip does. */
export function bodyOf(texts: readonly string[]): Buffer {
  return Buffer.from(`{"results":[${texts.join(",")}]}`);
}

/**
 * Joins the texts of results into a body from which they can be read again. Anything that is not JSON, such as XML,
 * becomes a JSON string.
 */
export function joined(texts: readonly string[]): string {
  return bodyOf(texts.map((text) => (isValue(text) ? text : JSON.stringify(text)))).toString();
}
