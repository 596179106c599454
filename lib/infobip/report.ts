import { FIELD_TABLE, fieldNamed, hasFieldsInside } from "../message/fields.ts";
import { isEmpty, isJsonObject, type Json, type JsonObject, parseJson } from "../message/json.ts";
import { parseMoment } from "../message/moment.ts";
import { type MessageRecord, recordOf } from "../message/record.ts";
import { depthOf, skipSpace, skipString } from "./split.ts";

/**
 * Turns reports and logs into records. What their fields are called and how they are read is in the table of
 * lib/message/fields.ts (from the four seed documents, and OpenAPI 3.210.0 for newer endpoints). Reports and logs
 * follow the same rules, since each is a subset of all fields.
 */
export type ParsedReport =
  /** `flaws` names the fields that could not be read, or only in part. The rest of the record is right. */
  { readonly record: MessageRecord; readonly flaws: readonly string[] } | { readonly reason: string };

/** Raised whenever more can be read than before: what is in quarantine is then tried again at once. */
export const PARSER_VERSION = 2;

/** Longer ids would not fit DynamoDB's sort keys of 1,024 bytes. */
const MOST_MESSAGE_ID_BYTES = 512;
const MOST_CHANNEL_BYTES = 64;
/**
 * A report is three levels deep. Something nested thousands of levels deep would exhaust the stack of whoever prints
 * it.
 */
const MOST_DEPTH = 100;
/** A report has about 600 characters, and DynamoDB's limit is 400 kB. */
const MOST_CHARACTERS = 1_000_000;
/** Four-digit years from 1970 on. Anything outside has no place in the order of answers. */
const LATEST_SENT_AT_MS = 253_402_300_799_999;

/** Pushed reports of the Messages API say which kind of push they are. That is not a property of the message. */
const KIND_OF_PUSH = "event";

/** A character beyond U+FFFF, escaped as two surrogates; or a lone surrogate. */
const SURROGATE = /\\ud[89a-f]/i;

/**
 * The fields with a lone surrogate. Such text can be neither stored nor sent, so a replacement character is kept
 * instead.
 */
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
 * Reads one report or log. `channel` is that of the endpoint it came from, for reports that do not name theirs. The
 * kind of push is not kept. Never throws: if it cannot become a record, the result has a reason, which contains nothing
 * of the record's content.
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
    // If a report has a field under two names, the field's own name wins.
    else if (!isEmpty(read) && (field === name || !fields.has(field ?? name)))
      fields.set(field ?? name, read);
  }
  if (!fields.has("channel") && channelOfSource) fields.set("channel", channelOfSource);
  const reason = reasonAgainst(fields);
  if (reason) return { reason };
  const record = recordOf(fields);
  return { record, flaws: [...flaws, ...incompleteFields(record)] };
}

/**
 * The values of a report by Infobip's names. Parts of an object that are fields of ours are listed separately, as
 * `a.b`.
 */
function namedValues(json: JsonObject): [string, Json][] {
  const values = Object.entries(json);
  // Almost no report has any, and this is the hottest code there is.
  return values.some(([name]) => hasFieldsInside(name)) ? values.flatMap(takenApart) : values;
}

function takenApart([name, value]: [string, Json]): [string, Json][] {
  if (!hasFieldsInside(name) || !isJsonObject(value)) return [[name, value]];
  const isOurs = ([part]: [string, Json]) => fieldNamed(`${name}.${part}`) !== undefined;
  const parts = Object.entries(value);
  const ours = parts.filter(isOurs).map(([part, each]): [string, Json] => [`${name}.${part}`, each]);
  return [...ours, [name, Object.fromEntries(parts.filter((part) => !isOurs(part)))]];
}

/** Every document gives these parts of a status and of a price. If one is missing, something was lost on the way. */
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
 * Infobip's own omni examples have a comma before a closing brace; outside of strings it can be dropped. This scans the
 * text once, because a regular expression would backtrack for minutes on an unterminated string.
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
