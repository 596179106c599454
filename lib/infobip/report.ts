import { FIELD_TABLE, fieldNamed, hasFieldsInside } from "../message/fields.ts";
import { isEmpty, isJsonObject, type Json, type JsonObject, parseJson } from "../message/json.ts";
import { parseMoment } from "../message/moment.ts";
import { type MessageRecord, recordOf } from "../message/record.ts";
import { depthOf, skipSpace, skipString } from "./split.ts";

/**
 * Reports and logs become records here; what their fields are called and how they are read stands in the table of
 * lib/message/fields.ts (the four seed documents; OpenAPI 3.210.0 for what came later). Reports and logs are read by the
 * same rules, since each only leaves some fields out.
 */
export type ParsedReport =
  /** `flaws` name fields that could not be read, or not whole; the record is right as far as it goes. */
  { readonly record: MessageRecord; readonly flaws: readonly string[] } | { readonly reason: string };

/** Raised with each change of what can be read: what is in quarantine is then tried again at once. */
export const PARSER_VERSION = 2;

/** Longer ids would not fit DynamoDB's sort keys of 1,024 bytes. */
const MOST_MESSAGE_ID_BYTES = 512;
const MOST_CHANNEL_BYTES = 64;
/** A report is three levels deep. What is nested thousands of times would exhaust the stack of whoever prints it. */
const MOST_DEPTH = 100;
/** A report has some 600 characters, and DynamoDB takes 400 kB. */
const MOST_CHARACTERS = 1_000_000;
/** Years of four digits, from the epoch on: what lies outside has no place in the order of the answers. */
const LATEST_SENT_AT_MS = 253_402_300_799_999;

/** A pushed report of the Messages API says that it is one, which is no property of the message. */
const KIND_OF_PUSH = "event";

/** A character beyond the first 65,536, written as two halves; or half of one. */
const SURROGATE = /\\ud[89a-f]/i;

/** The fields that hold half a character: no text that can be stored or sent has it, so that another stands in its place. */
function halfCharacters(json: JsonObject): string[] {
  const isHalf = (value: Json): boolean =>
    typeof value === "string"
      ? !value.isWellFormed()
      : typeof value === "object" &&
        value !== null &&
        Object.entries(value).some(([name, part]) => isHalf(name) || isHalf(part));
  return Object.entries(json)
    .filter((entry) => isHalf(entry))
    .map(([name]) => name.toWellFormed());
}

/**
 * Reads one report or log. `channel` is the channel of the endpoint it came from, for those that do not say it.
 * Of a pushed one it is not kept what kind of push it was.
 * Never throws: what cannot be a record has a reason instead, which holds nothing of the record's content.
 */
export function parseReport(text: string, channel?: string, isPushed = false): ParsedReport {
  if (text.length > MOST_CHARACTERS) return { reason: "it is too long" };
  if (depthOf(text) > MOST_DEPTH) return { reason: "it is nested too deeply" };
  let json: Json;
  try {
    json = parseJson(text);
  } catch {
    try {
      json = parseJson(withoutTrailingCommas(text));
    } catch {
      return { reason: text.startsWith("<") ? "it is not XML" : "it is not JSON" };
    }
  }
  if (!isJsonObject(json)) return { reason: "it is not an object" };
  const report = readReport(json, channel, isPushed);
  if ("reason" in report || !SURROGATE.test(text)) return report;
  return { ...report, flaws: [...report.flaws, ...halfCharacters(json)] };
}

function readReport(json: JsonObject, channelOfSource: string | undefined, isPushed: boolean): ParsedReport {
  const flaws: string[] = [];
  const fields = new Map<string, Json>();
  for (const [name, value] of namedValues(json)) {
    if (isEmpty(value) || (isPushed && name === KIND_OF_PUSH)) continue;
    const field = fieldNamed(name);
    const read = field ? FIELD_TABLE[field].type.read(value) : value;
    if (read === undefined) flaws.push(name);
    // Where a report says a field under two names, its own counts.
    else if (!isEmpty(read) && (field === name || !fields.has(field ?? name)))
      fields.set(field ?? name, read);
  }
  if (!fields.has("channel") && channelOfSource) fields.set("channel", channelOfSource);
  const reason = reasonAgainst(fields);
  if (reason) return { reason };
  const record = recordOf(fields);
  return { record, flaws: [...flaws, ...incompleteFields(record)] };
}

/** What a report says, by Infobip's names; parts of an object that are fields of ours stand apart from it, as `a.b`. */
function namedValues(json: JsonObject): [string, Json][] {
  const values = Object.entries(json);
  // Nearly no report has any, and this is the busiest place there is.
  return values.some(([name]) => hasFieldsInside(name)) ? values.flatMap(takenApart) : values;
}

function takenApart([name, value]: [string, Json]): [string, Json][] {
  if (!hasFieldsInside(name) || !isJsonObject(value)) return [[name, value]];
  const isOurs = ([part]: [string, Json]) => fieldNamed(`${name}.${part}`) !== undefined;
  const parts = Object.entries(value);
  const ours = parts.filter(isOurs).map(([part, each]): [string, Json] => [`${name}.${part}`, each]);
  return [...ours, [name, Object.fromEntries(parts.filter((part) => !isOurs(part)))]];
}

/** Every document gives these parts of a status and of a price: without one, something was lost on the way. */
function incompleteFields({ status, price }: MessageRecord): string[] {
  const isStatusWhole =
    status.groupName !== undefined && status.id !== undefined && status.name !== undefined;
  const isPriceWhole = !price || (price.pricePerMessage !== undefined && price.currency !== undefined);
  return [...(isStatusWhole ? [] : ["status"]), ...(isPriceWhole ? [] : ["price"])];
}

function reasonAgainst(fields: ReadonlyMap<string, Json>): string | undefined {
  if (!fields.has("messageId")) return "it has no messageId";
  if (Buffer.byteLength(String(fields.get("messageId"))) > MOST_MESSAGE_ID_BYTES)
    return "its messageId is too long";
  if (!fields.has("sentAt")) return "it has no readable sentAt";
  const sentAtMs = parseMoment(String(fields.get("sentAt")))?.epochMs ?? -1;
  if (sentAtMs < 0 || sentAtMs > LATEST_SENT_AT_MS) return "its sentAt is not between 1970 and 9999";
  if (!fields.has("status")) return "it has no status";
  if (!fields.has("channel")) return "it has no channel";
  if (Buffer.byteLength(String(fields.get("channel"))) > MOST_CHANNEL_BYTES) return "its channel is too long";
  return undefined;
}

/**
 * Infobip's own omni examples have a comma before a closing brace; outside of strings it means nothing. One pass over the
 * text, because a pattern for it would backtrack for minutes over a string that does not end.
 */
function withoutTrailingCommas(text: string): string {
  let kept = "";
  let keptUpTo = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') at = (skipString(text, at) ?? text.length) - 1;
    else if (text[at] === "," && isClosing(text[skipSpace(text, at + 1)])) {
      kept += text.slice(keptUpTo, at);
      keptUpTo = at + 1;
    }
  }
  return kept + text.slice(keptUpTo);
}

function isClosing(character: string | undefined): boolean {
  return character === "}" || character === "]";
}
