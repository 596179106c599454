import { OwnError } from "../message/errors.ts";

/**
 * One line per run, which is both a structured log entry and, in Lambda, CloudWatch metrics (Embedded Metric Format,
 * version 0). It contains counts, durations and reasons, and never recipients, texts or credentials.
 */
export interface Telemetry {
  /** What a run did. Those of `metrics` that are in METRICS become CloudWatch metrics; all of them are logged. */
  run(line: RunLine): void;
  /** Something failed. Only the name and code of `error` are logged, since messages may quote data. */
  fault(what: string, error: unknown, details?: Readonly<Record<string, string | number>>): void;
}

export interface RunLine {
  readonly what: string;
  readonly metrics: Readonly<Partial<Record<string, number>>>;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly details?: Readonly<Record<string, string | number | boolean | undefined>>;
}

export const METRIC_NAMESPACE = "Omnilog";

/**
 * The figures that become CloudWatch metrics, at $0.30 a month each: only those that an alarm watches, for the whole
 * stack. All others are in the log, where a query can add them up, also by source. `nonzero` metrics are sent only if
 * they are not 0, and `above` only if they exceed a number: their alarms treat missing data as good, and a metric that
 * is never sent costs nothing. If a Lambda does not run, or fails, Lambda's own free metrics show it.
 */
export const METRICS: Readonly<Record<string, "always" | "nonzero" | { readonly above: number }>> = {
  lastGoodPullAgeSeconds: { above: 300 },
  backlogSeconds: "nonzero",
  keyMissing: "nonzero",
  freshBehindSeconds: { above: 300 },
  hoursLeft: "always",
  repaired: "nonzero",
  quarantineNotEmpty: "nonzero",
  fullMilliseconds: "nonzero",
  readerLagPercent: "nonzero",
  settleWaitingSeconds: "nonzero",
  pushesRefused: "nonzero",
  pushesNotLanded: "nonzero",
  pushSilencePercent: "nonzero",
  senderWarnings: "nonzero",
};

type Write = (line: string) => void;

/** The telemetry that the environment asks for, on standard output. */
export function openTelemetry(environment: { LOG_FORMAT: "json" | "text"; STACK_NAME: string }): Telemetry {
  // By default ten calls of the SDK would hide where in our code an error occurred.
  Error.stackTraceLimit = 30;
  return environment.LOG_FORMAT === "json"
    ? lambdaTelemetry(environment.STACK_NAME, Date.now, writeLine)
    : consoleTelemetry(writeLine);
}

/** Writes to standard output, which Lambda turns into log events. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** For Lambda: JSON lines with embedded metrics, in the namespace Omnilog, by stack. */
export function lambdaTelemetry(stack: string, now: () => number, write: Write): Telemetry {
  return {
    run({ what, metrics, dimensions = {}, details = {} }) {
      const names = { stack, ...dimensions };
      const directive = {
        Namespace: METRIC_NAMESPACE,
        Dimensions: [["stack"]],
        Metrics: keptOf(metrics).map((Name) => ({ Name, Unit: unitOf(Name) })),
      };
      const hasMetrics = directive.Metrics.length > 0;
      const _aws = hasMetrics ? { _aws: { Timestamp: now(), CloudWatchMetrics: [directive] } } : {};
      write(JSON.stringify({ level: "INFO", what, ...names, ...details, ...metrics, ..._aws }));
    },
    fault(what, error, details = {}) {
      write(JSON.stringify({ level: "ERROR", what, ...describe(error), ...details }));
    },
  };
}

function keptOf(metrics: RunLine["metrics"]): string[] {
  const isKept = ([name, value]: [string, number | undefined]) => {
    const when = METRICS[name];
    if (typeof when === "object") return value !== undefined && value > when.above;
    return when === "always" || (when === "nonzero" && value !== 0);
  };
  return Object.entries(metrics)
    .filter(isKept)
    .map(([name]) => name);
}

/** For a console: one short line, without empty values. */
function consoleTelemetry(write: Write): Telemetry {
  const list = (values: object) =>
    Object.entries(values)
      .filter(([, value]) => value !== 0 && value !== undefined && value !== false)
      .map(([name, value]) => `${name} ${typeof value === "number" ? Math.round(value * 10) / 10 : value}`)
      .join(", ");
  return {
    run({ what, metrics, dimensions = {}, details = {} }) {
      // This line is for the dashboard to add up, and of no interest to somebody who watches the console.
      if (Object.keys(metrics).length === 0) return;
      write(
        `${[what, ...Object.values(dimensions)].join(" ")}: ${list({ ...metrics, ...details }) || "nothing new"}`,
      );
    },
    fault(what, error, details = {}) {
      write(`${what} FAILED: ${list({ ...describe(error), ...details })}`);
    },
  };
}

/** CloudWatch's unit for a metric, from the last word of its name. */
function unitOf(name: string): string {
  if (name.endsWith("Seconds")) return "Seconds";
  return name.endsWith("Ms") ? "Milliseconds" : "Count";
}

/**
 * Describes an error by its name, its code and the places in our code. Its message may quote data and is left out,
 * unless the error is ours.
 */
function describe(error: unknown): Record<string, string> {
  if (error instanceof OwnError) return { error: error.name, code: error.code, reason: error.message };
  if (!(error instanceof Error)) return { error: "unknown" };
  const { code, name, stack = "" } = error as Error & { code?: unknown };
  const frames = stack.split("\n").filter((line) => line.startsWith("    at "));
  const ours = frames.filter((frame) => !/node_modules|node:/.test(frame));
  const at = (ours.length > 0 ? ours : frames).slice(0, 4);
  return {
    error: name,
    ...(typeof code === "string" ? { code } : {}),
    at: at.map((line) => line.trim().slice(3)).join(" < "),
  };
}
