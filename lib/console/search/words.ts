import type { MessageRecord } from "../../message/record.ts";
import { STATUS_GROUPS, statusGroupOf } from "../../message/status.ts";
import { MOMENT_FORMS, momentOf, msOf } from "./moments.ts";

/** Parameters of `/omni/1/logs`. */
export type LogsParameters = Readonly<Record<string, string>>;

/** A word of the search box: what may be written before a colon. */
export interface Word {
  readonly hint: string;
  readonly example: string;
  /** Normalises a value; undefined if it is not valid; `allowed` describes valid ones. */
  readonly read: (value: string) => string | undefined;
  readonly allowed: string;
  /**
   * What to ask the archive for: any of these. Undefined if the archive has no such filter, so that answers are checked
   * here.
   */
  readonly ask?: (value: string, nowMs: number) => readonly LogsParameters[];
  /** Does a report match? Used for conditions that are checked here, and for live reports. */
  readonly matches: (value: string, record: MessageRecord, nowMs: number) => boolean;
}

export const CHANNELS = ["SMS", "VIBER", "WHATSAPP", "RCS", "EMAIL", "PUSH", "MMS", "VOICE"];
const FAILED = ["UNDELIVERABLE", "EXPIRED", "REJECTED"];
const GROUPS: readonly string[] = STATUS_GROUPS;
/** The usual names of statuses. */
export const STATUS_VALUES = ["failed", ...GROUPS];

const asText = (value: string) => (value === "" ? undefined : value);
const asked = (name: string) => (value: string) => [{ [name]: value }];
const sentMs = (record: MessageRecord) => msOf(record.sentAt);
const text = { allowed: "something", read: asText };

export const WORDS = {
  to: {
    ...{ hint: "Recipient: number, address or device", example: "to:41793026727" },
    allowed: "a number, an e-mail address or the id of a device",
    read: (value: string) => (isPhoneNumber(value) ? digitsOf(value) : asText(value)),
    ask: asked("to"),
    matches: (value, { to }) => to === value,
  },
  from: {
    ...{ hint: "Sender", example: "from:InfoSMS", ...text },
    ask: asked("from"),
    matches: (value, { from }) => from === value,
  },
  id: {
    ...{ hint: "Id of a message", example: "id:a035f092-b280-4121", ...text },
    ask: asked("messageId"),
    matches: (value, { messageId }) => messageId === value,
  },
  bulk: {
    ...{ hint: "Id of a bulk: one request, one campaign", example: "bulk:c089dea1-19e6-437f", ...text },
    ask: asked("bulkId"),
    matches: (value, { bulkId }) => bulkId === value,
  },
  status: {
    ...{ hint: "What became of it", example: "status:failed" },
    allowed: `${STATUS_VALUES.join(", ")}, or a name such as REJECTED_NETWORK`,
    read: readStatus,
    ask: (value) => groupsOf(value).map((group) => ({ generalStatus: group })),
    matches: (value, { status }) =>
      value === "failed" || GROUPS.includes(value)
        ? groupsOf(value).includes(statusGroupOf(status))
        : status.name === value,
  },
  channel: {
    ...{ hint: "Channel", example: "channel:VIBER", allowed: "a channel" },
    read: (value: string) => asText(CHANNELS.includes(value.toUpperCase()) ? value.toUpperCase() : value),
    ask: asked("channel"),
    matches: (value, { channel }) => channel === value,
  },
  network: {
    ...{ hint: "Network or country code (mccmnc or mcc)", example: "network:22801" },
    allowed: "a country code of three digits, or that and a network code, such as 228 or 22801",
    read: (value: string) => (/^\d{3}-?\d{0,3}$/.test(value) ? value.replace("-", "") : undefined),
    ask: (value) => [value.length > 3 ? { mcc: value.slice(0, 3), mnc: value.slice(3) } : { mcc: value }],
    matches: (value, { mccmnc = "" }) => (value.length > 3 ? mccmnc === value : mccmnc.startsWith(value)),
  },
  error: {
    ...{ hint: "Error: its name or number", example: "error:EC_ABSENT_SUBSCRIBER", ...text },
    matches: (value, { error }) =>
      error?.name?.toUpperCase() === value.toUpperCase() || String(error?.id ?? "") === value,
  },
  since: {
    ...{ hint: "Sent at or after", example: "since:2h", allowed: MOMENT_FORMS },
    read: (value: string) => (momentOf(value, "start", 0) === undefined ? undefined : value),
    ask: (value, nowMs) => [{ sentSince: isoOf(momentOf(value, "start", nowMs)) }],
    matches: (value, record, nowMs) => sentMs(record) >= (momentOf(value, "start", nowMs) ?? 0),
  },
  until: {
    ...{ hint: "Sent at or before", example: "until:yesterday", allowed: MOMENT_FORMS },
    read: (value: string) => (momentOf(value, "end", 0) === undefined ? undefined : value),
    ask: (value, nowMs) => [{ sentUntil: isoOf(momentOf(value, "end", nowMs)) }],
    matches: (value, record, nowMs) => sentMs(record) <= (momentOf(value, "end", nowMs) ?? 0),
  },
} as const satisfies Readonly<Record<string, Word>>;

export type WordName = keyof typeof WORDS;
export const WORD_TABLE: Readonly<Record<WordName, Word>> = WORDS;
export const WORD_NAMES = Object.keys(WORDS) as WordName[];

const isoOf = (epochMs = 0) => new Date(epochMs).toISOString();
/** Without the prefix that is dialled before a country code. */
const digitsOf = (value: string) => value.replace(/\D/g, "").replace(/^00+(?=[1-9]\d{6})/, "");

/** Is it a telephone number, in any of the usual spellings? Sixteen digits or more are an id. */
export function isPhoneNumber(value: string): boolean {
  return (
    /^\+?[\d\s().\-/]+$/.test(value) && /^\d{7,15}$/.test(digitsOf(value)) && !/^\d{4}-\d\d-\d\d/.test(value)
  );
}

function readStatus(value: string): string | undefined {
  if (value.toLowerCase() === "failed") return "failed";
  const upper = value.toUpperCase();
  return groupsOf(upper).length > 0 ? upper : undefined;
}

/** The groups that a status belongs to. The name of a status begins with that of its group. */
function groupsOf(value: string): readonly string[] {
  if (value === "failed") return FAILED;
  return GROUPS.filter((group) => value === group || value.startsWith(`${group}_`));
}
