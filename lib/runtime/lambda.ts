import * as v from "valibot";
import { InvalidInput } from "./errors.ts";
import { lambdaTelemetry, type Telemetry, writeLine } from "./telemetry.ts";

/** What our handlers use of Lambda's context. */
export interface RunContext {
  getRemainingTimeInMillis(): number;
}

/** Reads the event of a scheduled Lambda. Throws InvalidInput. */
export function parseInput<T extends v.GenericSchema>(schema: T, event: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, event);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`);
  throw new InvalidInput(faults.join("; "));
}

/** For what fails before there is a telemetry of one's own, such as an environment that is wrong. */
const bareTelemetry: Telemetry = lambdaTelemetry("omnilog", Date.now, writeLine);

/**
 * The handler of a scheduled Lambda. Whatever fails is told in one line of the log, and fails the invocation for its
 * alarm and its dead-letter queue, without the error's own text, which Lambda would log and which may quote data.
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
