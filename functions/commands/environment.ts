import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** A local DynamoDB takes any region and key, but the SDK wants to see some. */
export function useLocalDefaults(environment: NodeJS.ProcessEnv): void {
  if (!environment.AWS_ENDPOINT_URL_DYNAMODB) return;
  environment.AWS_REGION ??= "us-east-1";
  environment.AWS_ACCESS_KEY_ID ??= "local";
  environment.AWS_SECRET_ACCESS_KEY ??= "local";
}

/** Runs a command; what it throws is told in a line and an exit code, with no stack trace for a wrong setting. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const isOurs = error instanceof ConfigurationError || (error instanceof TypeError && "code" in error);
    process.stderr.write(`${isOurs ? error.message : error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  }
}
