import * as v from "valibot";
import { parseMoment } from "../../message/moment.ts";
import { STATUS_GROUPS } from "../../message/status.ts";

/** Schemas for the values of parameters. Each message says what is allowed. */
export const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));

export const digits = (form: RegExp, message: string) => v.pipe(v.string(), v.regex(form, message));

const MOST_IDS = 1_000;

/** Several ids: repeated, or separated by commas. */
export const ids = v.pipe(
  v.array(v.string()),
  v.transform((values) =>
    values
      .flatMap((value) => value.split(","))
      .map((id) => id.trim())
      .filter((id) => id !== ""),
  ),
  v.minLength(1, "must not be empty"),
  v.maxLength(MOST_IDS, `must be at most ${MOST_IDS} ids`),
);

/** A moment, in milliseconds since 1970. */
export const moment = v.pipe(
  v.string(),
  v.transform((value) => parseMoment(repairOffset(value))?.epochMs ?? Number.NaN),
  v.number("must be a date such as 2015-02-22T17:42:05.390+01:00 (offset required, + written as %2B)"),
);

export const statusGroup = v.picklist(STATUS_GROUPS, `must be one of ${STATUS_GROUPS.join(", ")}`);

/** The channels in Infobip's documents; there may be others. */
const KNOWN_CHANNELS = ["SMS", "MMS", "RCS", "VOICE", "VIBER", "WHATSAPP", "PUSH", "EMAIL"];

/** Case is ignored for known channels: otherwise `sms` would find nothing, without any hint. */
export const channel = v.pipe(
  text,
  v.maxLength(64, "must be at most 64 characters"),
  v.transform((value) => (KNOWN_CHANNELS.includes(value.toUpperCase()) ? value.toUpperCase() : value)),
);

/** A list of values, of which any may match. */
export const anyOf = v.pipe(v.array(v.string()), v.readonly());

/** Descriptions for the API's documentation, where they say more than the schema. */
export const DESCRIBED_IDS = {
  type: "array",
  items: { type: "string", minLength: 1, pattern: "[^,\\s]" },
  minItems: 1,
  maxItems: MOST_IDS,
};
export const DESCRIBED_MOMENT = {
  type: "string",
  format: "date-time",
  examples: ["2026-11-22T08:00:00.000+01:00"],
};

/** A `+` that was not encoded arrives as a space; the seeds' PHP example encodes it twice. */
function repairOffset(value: string): string {
  return value.replace(/(?: |%2b)(?=\d{2}:?\d{2}$)/i, "+");
}
