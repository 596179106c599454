import { OwnError } from "../../lib/message/errors.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** A local DynamoDB takes any region and key, but the SDK wants to see some. */
export function useLocalDefaults(environment: NodeJS.ProcessEnv): void {
  environment.AWS_REGION ??= "us-east-1";
  environment.AWS_ACCESS_KEY_ID ??= "local";
  environment.AWS_SECRET_ACCESS_KEY ??= "local";
}

/** Runs a command; what it throws is told in a line and an exit code, with a stack trace only where the fault is ours. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  // Whoever reads our output may have seen enough (`| head`).
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await command();
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    process.exitCode = 1;
  }
}

/** What went wrong, in a line; for a fault of ours the stack trace. */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError || codeOf(error).startsWith("ERR_PARSE_ARGS"))
    return inALine(error.message);
  // Each attempt at one of several addresses failed: the first tells as much as all.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  if (!isOfTheWorld(error)) return error.stack ?? error.message;
  return inALine(`${first.name}: ${first.message || codeOf(first)}`);
}

/** A refusal of AWS or Infobip, missing credentials, or a network that does not answer. */
function isOfTheWorld(error: Error): boolean {
  const isOfTheSdk =
    "$metadata" in error || /^(CredentialsProvider|TokenProvider|Timeout)Error$/.test(error.name);
  return error instanceof OwnError || isOfTheSdk || /^E[A-Z_]+$/.test(codeOf(error));
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

function inALine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
