import * as v from "valibot";

/** What our handlers use of Lambda's context. */
export interface RunContext {
  getRemainingTimeInMillis(): number;
}

/** A schedule's input that is not what the Lambda takes; the message names what is allowed. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
  readonly code = "INVALID_INPUT";
}

/** Reads the event of a scheduled Lambda. Throws InvalidInput. */
export function parseInput<T extends v.GenericSchema>(schema: T, event: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, event);
  if (result.success) return result.output;
  throw new InvalidInput(
    result.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`).join("; "),
  );
}
