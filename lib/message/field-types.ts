import * as v from "valibot";
import { digitsOf, isEmpty, isJsonObject, type Json, numberOf } from "./json.ts";
import { parseMoment } from "./moment.ts";
import { type Status, statusGroupOf } from "./status.ts";

/**
 * The type of a field's value. `read` always returns a value that fits `schema`, whatever the input; a test checks it.
 */
export interface FieldType {
  /** Returns the value as the archive keeps it; "" if the input means "none"; undefined if it cannot be read. */
  readonly read: (value: Json) => Json | undefined;
  /** The schema of the value in our answers. */
  readonly schema: v.GenericSchema;
  /** The names of its known parts, if it is an object. */
  readonly parts?: readonly string[];
}

const readString = (value: Json) => (typeof value === "string" ? value.toWellFormed() : undefined);

export const STRING: FieldType = { read: readString, schema: v.string() };

/** A string that some versions of the API send as a number: ids, references, and values that clients chose. */
export const TEXT: FieldType = { ...STRING, read: (value) => readString(value) ?? digitsOf(value) };

/** `mccMnc` is the string "null" in WhatsApp reports, and an integer in the Messages API. */
export const NETWORK: FieldType = {
  ...TEXT,
  read: (value) => (value === "null" ? "" : TEXT.read(value)),
};

export const DATE: FieldType = {
  read: (value) => (typeof value === "string" ? parseMoment(value)?.text : undefined),
  schema: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}[+-]\d{4}$/)),
};

export const COUNT: FieldType = {
  read: (value) => {
    const digits = digitsOf(value);
    return digits !== undefined && /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
  },
  schema: v.pipe(v.number(), v.integer()),
};

/** A number that keeps its digits. Numbers like 1e400 are rejected: most parsers read them as infinity. */
const DECIMAL: FieldType = {
  read: (value) => {
    const digits = digitsOf(value);
    return digits !== undefined && Number.isFinite(Number(digits)) ? numberOf(digits) : undefined;
  },
  schema: v.number(),
};

const BOOLEAN: FieldType = {
  read: (value) =>
    typeof value === "boolean" ? value : value === "true" ? true : value === "false" ? false : undefined,
  schema: v.boolean(),
};

/** An object with any content. */
export const OBJECT: FieldType = objectOf({});

export const PRICE: FieldType = objectOf({ pricePerMessage: DECIMAL, currency: TEXT });

export const PLATFORM: FieldType = objectOf({ entityId: TEXT, applicationId: TEXT });

const CODE = { groupId: COUNT, groupName: STRING, id: COUNT, name: STRING, description: STRING };

export const ERROR: FieldType = objectOf({ ...CODE, permanent: BOOLEAN });

const ANY_STATUS = objectOf({ ...CODE, action: STRING });

/** A status without group, id and name is no status. */
export const STATUS: FieldType = {
  ...ANY_STATUS,
  read: (value) => {
    const status = ANY_STATUS.read(value);
    return isJsonObject(status) && saysSomething(status) ? status : undefined;
  },
};

function saysSomething(status: Status): boolean {
  return statusGroupOf(status) !== "" || status.id !== undefined || status.name !== undefined;
}

/**
 * An object with these parts. A part of the wrong type makes the whole object unreadable; unknown parts are kept as
 * they are.
 */
function objectOf(types: Readonly<Record<string, FieldType>>): FieldType {
  const byName = new Map(Object.entries(types));
  const read = (value: Json): Json | undefined => {
    if (!isJsonObject(value)) return undefined;
    const parts: [string, Json][] = [];
    for (const [name, part] of Object.entries(value)) {
      if (isEmpty(part)) continue;
      const type = byName.get(name);
      const kept = type ? type.read(part) : part;
      if (kept === undefined) return undefined;
      if (!isEmpty(kept)) parts.push([name, kept]);
    }
    return Object.fromEntries(parts);
  };
  const schemas = Object.entries(types).map(([name, { schema }]) => [name, v.optional(schema)]);
  return { read, schema: v.looseObject(Object.fromEntries(schemas)), parts: Object.keys(types) };
}
