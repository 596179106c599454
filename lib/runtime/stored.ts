import * as v from "valibot";
import { OtherFormatError } from "./errors.ts";

/** Any item of the table, in the form of the document client. */
export type Item = Readonly<Record<string, unknown>>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A range of sort keys in one partition, both ends included. */
export interface KeyRange {
  readonly pk: string;
  readonly from: string;
  readonly until: string;
}

/**
 * Parses a stored item by its schema, whose `v` is the only format that this version reads. Throws OtherFormatError for
 * an item of another format, and valibot's error for an invalid item of this format.
 */
export function parseStored<T extends v.GenericSchema>(schema: T, item: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, item);
  if (result.success) return result.output;
  if (!result.issues.some((issue) => v.getDotPath(issue) === "v")) throw new v.ValiError(result.issues);
  // What comes before the first # is the kind, and never data.
  const { pk, v: format } = typeof item === "object" ? { pk: undefined, v: undefined, ...item } : {};
  const [kind = ""] = String(pk ?? "").split("#");
  throw new OtherFormatError(kind, format);
}
