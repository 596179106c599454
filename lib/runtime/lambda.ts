import * as v from "valibot";
import { InvalidInput } from "./errors.ts";
import { lambdaTelemetry, type Telemetry, writeLine } from "./telemetry.ts";

/** The part of Lambda's context that our handlers use. */
export interface RunContext {
  getRemainingTimeInMillis(): number;
}

/** Parses the event of a scheduled Lambda. Throws InvalidInput. */
export function parseInput<T extends v.GenericSchema>(schema: T, event: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, event);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`);
  throw new InvalidInput(faults.join("; "));
}

/** For failures before the real telemetry exists, such as an invalid environment. */
const bareTelemetry: Telemetry = lambdaTelemetry("omnilog", Date.now, writeLine);

/**
 * The handler of a scheduled Lambda. Failures are logged in one line and fail the invocation, for its alarm and its
 * dead-letter queue, but without the error's own text: Lambda would log that, and it may quote data.
 */
export function scheduledHandler<S extends { readonly telemetry: Telemetry }>(
  what: string,
  services: () => S,
  job: (services: S, event: unknown, context: RunContext) => Promise<void>,
): (event: unknown, context: RunContext) => Promise<void> {
  return async (event, context) => {
    let telemetry = bareTelemetry;
    try {
      const opened = services();
      telemetry = opened.telemetry;
      await job(opened, event, context);
    } catch (error) {
      telemetry.fault(what, error);
      const name = error instanceof Error ? error.name : "unknown";
      throw Object.assign(new Error(`${what} failed: ${name}`), { name });
    }
  };
}
