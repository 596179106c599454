import { type EventType, type MessageEvent, MOST_ID_BYTES } from "../message/event.ts";
import { digitsOf, isEmpty, isJsonObject, type Json, type JsonObject, parseJson } from "../message/json.ts";
import { parseMoment } from "../message/moment.ts";
import { sha256 } from "../runtime/hash.ts";
import { depthOf } from "./split.ts";

/**
 * What Infobip pushes besides reports (OpenAPI 3.210.0, webhooks): what a recipient did with a message
 * (`notificationType`, or `seenAt` for a message that was seen), and warnings about a sender's domain.
 */
export type ParsedEvent = { readonly event: MessageEvent } | { readonly warning: string };

const BY_NOTIFICATION: ReadonlyMap<string, EventType> = new Map([
  ["OPENED", "OPENED"],
  ["CLICKED", "CLICKED"],
  ["COMPLAINED", "COMPLAINED"],
  ["UNSUBSCRIBED", "UNSUBSCRIBED"],
  ["LATE_BOUNCE", "BOUNCED"],
  ["SEEN", "SEEN"],
]);
/** Of `eventDetails.type`. */
const WARNING = /^HIGH_BOUNCE_RATE_[A-Z]{1,20}$/;
const MOST_CHARACTERS = 100_000;
const MOST_DEPTH = 20;

/**
 * Reads an event of a message, or a warning; undefined for anything else. `channel` comes from the path that was pushed
 * to, for bodies that do not name theirs. Never throws.
 */
export function parseEvent(text: string, channel?: string): ParsedEvent | undefined {
  if (text.length > MOST_CHARACTERS || depthOf(text) > MOST_DEPTH) return undefined;
  const json = jsonOf(text);
  if (!isJsonObject(json)) return undefined;
  const warning = isJsonObject(json.eventDetails) ? json.eventDetails.type : undefined;
  if (typeof warning === "string" && WARNING.test(warning)) return { warning };
  const type = typeOf(json);
  // The specification declares a number here; its own examples have a string.
  const messageId = textOf(json.messageId);
  if (!type || messageId === "" || Buffer.byteLength(messageId) > MOST_ID_BYTES) return undefined;
  const said = json;
  const own = textOf(json.channel);
  const happenedAtMs = momentOf(json.seenAt) ?? momentOf(json.sendDateTime);
  return {
    event: {
      messageId,
      type,
      channel: own === "" ? channel : own,
      happenedAtMs,
      key: keyOf(json, type),
      said,
    },
  };
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function typeOf({ notificationType, seenAt, status }: JsonObject): EventType | undefined {
  if (typeof notificationType === "string") return BY_NOTIFICATION.get(notificationType);
  // Delivery and seen reports arrive at the same address. Only the former have a status, only the latter a `seenAt`.
  return isEmpty(seenAt) || !isEmpty(status) ? undefined : "SEEN";
}

function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value.toWellFormed();
  return digitsOf(value) ?? "";
}

/** Dates are written as in reports, or as milliseconds since 1970. */
function momentOf(value: Json | undefined): number | undefined {
  const digits = digitsOf(value);
  if (digits !== undefined && /^\d{1,15}$/.test(digits)) return Number(digits);
  return typeof value === "string" ? parseMoment(value)?.epochMs : undefined;
}

/** Only e-mail events have an id. All others are identified by their content, which is the same as JSON and as XML. */
function keyOf(json: JsonObject, type: EventType): string {
  const own = textOf(json.eventId);
  return sha256(JSON.stringify(own === "" ? [type, canonical(json)] : [type, "id", own])).slice(0, 32);
}

/** The same text for the same content, whatever the order and types of its fields: XML has only strings. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(digitsOf(value) ?? String(value));
  const parts = Object.entries(value)
    .filter(([, part]) => !isEmpty(part))
    .map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`);
  return `{${parts.sort().join(",")}}`;
}
