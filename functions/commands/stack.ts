import type * as v from "valibot";
import { parseEnvironment } from "../../lib/runtime/config.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { useLocalDefaults } from "./environment.ts";

/** The flags of every command that works on a stack. */
export const STACK_OPTIONS = {
  stack: { type: "string" },
  profile: { type: "string" },
  region: { type: "string" },
} as const;

export const STACK_USAGE = `  --stack NAME     the deployed stack (default: STACK_NAME); every setting is read from it
  --profile NAME, --region NAME     as of the AWS CLI (default: AWS_PROFILE, AWS_REGION)
On a local database, set AWS_ENDPOINT_URL_DYNAMODB and each of the stack's settings in the environment instead.
`;

export interface StackFlags {
  readonly stack?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Schema = v.ObjectSchema<v.ObjectEntries, undefined>;

/** Not settings of the stack: the format of a command's log lines, and the name in them. */
const NOT_THE_STACKS = new Set(["LOG_FORMAT", "STACK_NAME"]);
const SECRET = new Set(["INFOBIP_AUTHORIZATION", "QUERY_CREDENTIALS"]);

/**
 * The settings of the stack that a command works on; commands get them only here: from the deployed stack (`--stack`,
 * or STACK_NAME) or, for a local database, from the environment. There are no defaults, with which a command might keep
 * records for another time than the stack does. Prints to stderr what it found. Changes `environment` (that of the
 * process), since the SDK's clients take their region and credentials from it. Throws ConfigurationError if a setting
 * is missing, and what AWS throws.
 */
export async function stackSettings<T extends Schema>(
  schema: T,
  flags: StackFlags,
  environment: NodeJS.ProcessEnv,
): Promise<v.InferOutput<T>> {
  const isLocal = !flags.stack && !!environment.AWS_ENDPOINT_URL_DYNAMODB;
  const stack = flags.stack || environment.STACK_NAME;
  if (!isLocal && !stack)
    throw new ConfigurationError(
      "which stack? Name it by --stack NAME; for a local database set AWS_ENDPOINT_URL_DYNAMODB",
    );
  if (isLocal) useLocalDefaults(environment);
  else useAccount(flags, environment);
  const given = isLocal ? environment : await deployedSettings(stack ?? "");
  const settings = parseEnvironment(schema, requireAll(schema, given, isLocal));
  const where = isLocal ? environment.AWS_ENDPOINT_URL_DYNAMODB : `stack ${stack}`;
  process.stderr.write(`${where}: ${list(schema, given)}\n`);
  return settings;
}

/** Sets the profile and the region for the SDK's clients. */
function useAccount({ profile, region }: StackFlags, environment: NodeJS.ProcessEnv): void {
  if (profile) {
    environment.AWS_PROFILE = profile;
    // Keys in the environment are another identity; the profile that was named counts.
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
      delete environment[name];
  }
  const named = region || environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  if (named) environment.AWS_REGION = named;
}

async function deployedSettings(stack: string): Promise<Environment> {
  // Loaded on demand, so that a local command needs no AWS client.
  const { readDeployedSettings } = await import("./deployed.ts");
  return readDeployedSettings(stack);
}

/** Throws if a variable is missing that has a default: convenient on a laptop, for a stack that would be a guess. */
function requireAll(schema: Schema, given: Environment, isLocal: boolean): Environment {
  const missing = Object.entries(schema.entries)
    .filter(([name, entry]) => !NOT_THE_STACKS.has(name) && "default" in entry && entry.default !== undefined)
    .map(([name]) => name)
    .filter((name) => !given[name]);
  if (missing.length === 0) return given;
  const whose = isLocal ? "the environment, for a local database" : "the stack's reconciler";
  throw new ConfigurationError(`${missing.join(", ")} must be set in ${whose}`);
}

function list(schema: Schema, given: Environment): string {
  return Object.keys(schema.entries)
    .filter((name) => given[name] && !SECRET.has(name) && !NOT_THE_STACKS.has(name))
    .map((name) => `${name}=${given[name]}`)
    .join(" ");
}
