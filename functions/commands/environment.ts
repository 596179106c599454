import { OwnError } from "../../lib/message/errors.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** A local DynamoDB accepts any region and key, but the SDK requires some. */
export function useLocalDefaults(environment: NodeJS.ProcessEnv): void {
  environment.AWS_REGION ??= "us-east-1";
  environment.AWS_ACCESS_KEY_ID ??= "local";
  environment.AWS_SECRET_ACCESS_KEY ??= "local";
}

/**
 * Runs a command. An error is reported in one line and by the exit code, with a stack trace only if the fault is ours.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  // The reader of our output may stop early (`| head`).
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await command();
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    process.exitCode = 1;
  }
}

/** An error in one line, with the stack trace for a fault of ours. */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError || codeOf(error).startsWith("ERR_PARSE_ARGS"))
    return inALine(error.message);
  // If the attempts at several addresses all failed, the first error says enough.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  if (!isOfTheWorld(error)) return error.stack ?? error.message;
  return inALine(`${first.name}: ${first.message || codeOf(first)}`);
}

/** A refusal by AWS or Infobip, missing credentials, or an unreachable network. */
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
