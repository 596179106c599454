import * as v from "valibot";
import { OtherFormatError } from "./errors.ts";

/** Any item of the table, as the document client takes and gives it. */
export type Item = Readonly<Record<string, unknown>>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Reads a stored item by its schema, whose `v` is the one format that this version reads. Throws OtherFormatError for an item of
 * another format, which must not be guessed at, and valibot's error for one of this format that is not as it must be.
 */
export function parseStored<T extends v.GenericSchema>(schema: T, item: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, item);
  if (result.success) return result.output;
  if (!result.issues.some((issue) => v.getDotPath(issue) === "v")) throw new v.ValiError(result.issues);
  // What stands before a # is the kind, and never data.
  const { pk, v: format } = typeof item === "object" ? { pk: undefined, v: undefined, ...item } : {};
  const [kind = ""] = String(pk ?? "").split("#");
  throw new OtherFormatError(kind, format);
}
