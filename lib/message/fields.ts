import * as types from "./field-types.ts";

/**
 * The styles in which endpoints show a record. Logs: `omni` as it is stored; `sms` and `email` for version 1; `newer`
 * and `newerEmail` for the newer endpoints. Reports: version 1 of each, and the newer ones; in omni's XML one field has
 * another name.
 */
export const STYLES = [
  ...(["omni", "sms", "email", "newer", "newerEmail"] as const),
  ...(["omniReports", "omniReportsXml", "smsReports", "emailReports", "newerReports"] as const),
];
export type Style = (typeof STYLES)[number];

interface Field {
  /** The type of its values: how they are read, and the schema that answers promise. */
  readonly type: types.FieldType;
  /** What an endpoint calls the field, if not by its own name: `a.b` is the part b of an object a, "" leaves it out. */
  readonly shownAs?: Readonly<Partial<Record<Style, string>>>;
  /** Other names that Infobip's reports and logs use for it, also as `a.b`. Names in `shownAs` need not be repeated. */
  readonly alsoNamed?: readonly string[];
  /** Does every record have it? */
  readonly isAlways?: true;
  /** Is it missing from Infobip's omni logs document? Then it comes after the documented fields, sorted by name. */
  readonly isExtra?: true;
}

const newerName = (name: string) => ({ newer: name, newerEmail: name });
const inPlatform = (name: string) => ({ ...newerName(name), newerReports: name });
const NOT_IN_OMNI_REPORTS = { omniReports: "", omniReportsXml: "" };
const NOT_IN_REPORTS = { ...NOT_IN_OMNI_REPORTS, smsReports: "", emailReports: "", newerReports: "" };

/**
 * Every field that the archive knows, in the order of Infobip's omni logs document. To add one, add its entry; for a
 * source that uses another name, add that to its `alsoNamed` (`a.b` for the part b of an object a). Parsing, the order
 * of fields, what each endpoint shows and documents, and the columns of spreadsheets all follow from this table. A
 * field that is not here is kept and shown as it came. Names come from the seeds (omni, version 1), and from OpenAPI
 * 3.210.0 and the models of the official clients (all others).
 */
const FIELDS = {
  bulkId: { type: types.TEXT },
  messageId: { type: types.TEXT, isAlways: true },
  to: { type: types.TEXT, shownAs: newerName("destination") },
  from: {
    type: types.TEXT,
    shownAs: { ...newerName("sender"), newerReports: "sender", ...NOT_IN_OMNI_REPORTS, emailReports: "" },
  },
  text: {
    type: types.STRING,
    shownAs: { newer: "content.text", ...NOT_IN_REPORTS },
    alsoNamed: ["content.text"],
  },
  sentAt: { type: types.DATE, isAlways: true },
  doneAt: { type: types.DATE },
  messageCount: {
    type: types.COUNT,
    shownAs: { sms: "smsCount", smsReports: "smsCount" },
    alsoNamed: ["mmsCount"],
  },
  mccmnc: {
    type: types.NETWORK,
    shownAs: {
      ...{ sms: "mccMnc", email: "", ...newerName("mccMnc") },
      ...{ omniReports: "mccMnc", smsReports: "mccMnc", emailReports: "", newerReports: "mccMnc" },
    },
  },
  price: { type: types.PRICE },
  status: { type: types.STATUS, isAlways: true },
  error: { type: types.ERROR },
  channel: {
    type: types.STRING,
    shownAs: { sms: "", email: "", ...newerName(""), smsReports: "", newerReports: "" },
    isAlways: true,
  },
  callbackData: { type: types.TEXT },
  /** Version 1 of SMS has these two. Omni reports have the object `platform`, which is kept as it is. */
  entityId: { type: types.TEXT, shownAs: inPlatform("platform.entityId"), isExtra: true },
  applicationId: { type: types.TEXT, shownAs: inPlatform("platform.applicationId"), isExtra: true },
  campaignReferenceId: { type: types.TEXT, isExtra: true },
  /** The rest of it, once its text, which is a field of its own, has been taken out. */
  content: { type: types.OBJECT, isExtra: true },
  platform: { type: types.PLATFORM, isExtra: true },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof FIELDS;

export const FIELD_TABLE: Readonly<Record<FieldName, Field>> = FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];

/** The fields of Infobip's omni logs document, in its order. */
export const RECORD_FIELDS: readonly string[] = FIELD_NAMES.filter((name) => !FIELD_TABLE[name].isExtra);

const BY_THEIR_NAME: ReadonlyMap<string, FieldName> = new Map(
  FIELD_NAMES.flatMap((name) => {
    const { shownAs = {}, alsoNamed = [] } = FIELD_TABLE[name];
    const shown = Object.values(shownAs).filter((each) => each !== "" && !each.includes("."));
    const theirs = [...shown, ...alsoNamed, name];
    return theirs.map((each): [string, FieldName] => [each, name]);
  }),
);

/**
 * The field for one of Infobip's names (`a.b`: the part b of an object a); undefined if the archive does not know it.
 */
export function fieldNamed(theirs: string): FieldName | undefined {
  return BY_THEIR_NAME.get(theirs);
}

/** Objects of which some part is a field of ours. */
const OUTER_NAMES: ReadonlySet<string> = new Set(
  [...BY_THEIR_NAME.keys()].filter((name) => name.includes(".")).map((name) => name.split(".")[0] ?? ""),
);

/** Does an object of this name have parts that are fields of ours? */
export function hasFieldsInside(theirs: string): boolean {
  return OUTER_NAMES.has(theirs);
}

/** The path under which an endpoint of this style shows a field, of at most two parts; empty if it does not show it. */
export function shownPath(field: string, style: Style): readonly string[] {
  const known = fieldNamed(field);
  const shown = known === field ? (FIELD_TABLE[known].shownAs?.[style] ?? field) : field;
  return shown === "" ? [] : shown.split(".");
}
