import * as v from "valibot";
import { digitsOf, isEmpty, isJsonObject, type Json, numberOf } from "./json.ts";
import { parseMoment } from "./moment.ts";
import { type Status, statusGroupOf } from "./status.ts";

/** What kind of value a field has. What `read` gives is of the schema, whatever type it came with: a test holds it. */
export interface FieldType {
  /** Gives the value as the archive keeps it; "" for one that says there is none; undefined for one it cannot read. */
  readonly read: (value: Json) => Json | undefined;
  /** What our answers promise of the value. */
  readonly schema: v.GenericSchema;
  /** The names of its known parts, where it is an object. */
  readonly parts?: readonly string[];
}

const readString = (value: Json) => (typeof value === "string" ? value.toWellFormed() : undefined);

export const STRING: FieldType = { read: readString, schema: v.string() };

/** A string that some versions of the API give as a number: ids, references, and what clients chose themselves. */
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

/** A number that keeps its digits; not one such as 1e400, which is endless to most who read it. */
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

/** An object, whatever is in it. */
export const OBJECT: FieldType = objectOf({});

export const PRICE: FieldType = objectOf({ pricePerMessage: DECIMAL, currency: TEXT });

export const PLATFORM: FieldType = objectOf({ entityId: TEXT, applicationId: TEXT });

const CODE = { groupId: COUNT, groupName: STRING, id: COUNT, name: STRING, description: STRING };

export const ERROR: FieldType = objectOf({ ...CODE, permanent: BOOLEAN });

const ANY_STATUS = objectOf({ ...CODE, action: STRING });

/** A status that says neither its group nor its id nor its name is none. */
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

/** An object of these parts: one of a wrong kind spoils it. Parts that nobody has named yet are kept as they came. */
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
