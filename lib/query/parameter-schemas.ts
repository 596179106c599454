import * as v from "valibot";
import { parseMoment } from "../runtime/time.ts";
import { STATUS_GROUPS } from "../store/record.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const ids = v.pipe(
  v.array(v.string()),
  v.transform((values) =>
    values
      .flatMap((value) => value.split(","))
      .map((id) => id.trim())
      .filter((id) => id !== ""),
  ),
  v.minLength(1, "must not be empty"),
  v.maxLength(1_000, "must be at most 1000 ids"),
);
/** A parameter that may be given several times. */
export const IDS = v.optional(ids);
const DATE_FORM = "must be a date such as 2015-02-22T17:42:05.390+01:00 (offset required, + written as %2B)";
const date = v.pipe(
  v.string(),
  v.transform((value) => parseMoment(repairOffset(value))?.epochMs ?? Number.NaN),
  v.number(DATE_FORM),
);
const digits = (form: RegExp, message: string) => v.pipe(v.string(), v.regex(form, message));

const limit = v.pipe(
  digits(/^\d{1,9}$/, "must be a whole number from 1 to 1000"),
  v.transform(Number),
  v.minValue(1, "must be a whole number from 1 to 1000"),
  v.maxValue(1_000, "must be a whole number from 1 to 1000"),
);
const flag = v.pipe(
  v.picklist(["true", "false"], "must be true or false"),
  v.transform((value) => value === "true"),
);

/** Every parameter there is, by the name that the omni and version 1 logs have for it. */
export const PARAMETERS = {
  from: v.optional(text),
  to: v.optional(text),
  bulkId: IDS,
  messageId: IDS,
  generalStatus: v.optional(v.picklist(STATUS_GROUPS, `must be one of ${STATUS_GROUPS.join(", ")}`)),
  sentSince: v.optional(date),
  sentUntil: v.optional(date),
  limit: v.optional(limit, "50"),
  mcc: v.optional(digits(/^\d{3}$/, "must be three digits")),
  mnc: v.optional(digits(/^\d{1,3}$/, "must be one to three digits")),
  channel: v.optional(v.pipe(text, v.maxLength(64, "must be at most 64 characters"))),
  /** Of all logs but the omni ones; kept with a record where a report had them. */
  entityId: v.optional(text),
  applicationId: v.optional(text),
  campaignReferenceId: IDS,
  /** Of Infobip's newer logs, here on all of them. */
  useCursor: v.optional(flag, "false"),
  cursor: v.optional(text),
};

export type Parameter = keyof typeof PARAMETERS;

/** A `+` that was not encoded arrives as a space; the seeds' PHP example encodes it twice. */
function repairOffset(value: string): string {
  return value.replace(/(?: |%2b)(?=\d{2}:?\d{2}$)/i, "+");
}
