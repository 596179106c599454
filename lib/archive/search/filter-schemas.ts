import * as v from "valibot";
import { parseMoment } from "../../message/moment.ts";
import { STATUS_GROUPS } from "../../message/status.ts";

/** What the values of parameters must be; each message says what is allowed. */
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

/** A moment, as milliseconds since 1970. */
export const moment = v.pipe(
  v.string(),
  v.transform((value) => parseMoment(repairOffset(value))?.epochMs ?? Number.NaN),
  v.number("must be a date such as 2015-02-22T17:42:05.390+01:00 (offset required, + written as %2B)"),
);

export const statusGroup = v.picklist(STATUS_GROUPS, `must be one of ${STATUS_GROUPS.join(", ")}`);

/** The channels of Infobip's documents; there may be others. */
const KNOWN_CHANNELS = ["SMS", "MMS", "RCS", "VOICE", "VIBER", "WHATSAPP", "PUSH", "EMAIL"];

/** Of a channel that is known the case does not matter: `sms` would otherwise find nothing, and say nothing. */
export const channel = v.pipe(
  text,
  v.maxLength(64, "must be at most 64 characters"),
  v.transform((value) => (KNOWN_CHANNELS.includes(value.toUpperCase()) ? value.toUpperCase() : value)),
);

/** Values of which any will do. */
export const anyOf = v.pipe(v.array(v.string()), v.readonly());

/** How the same is described to readers of the API, where that says more than the schema does. */
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
