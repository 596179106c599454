import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { ConfigurationError } from "../lib/runtime/errors.ts";

/** A folder that git ignores, so that updates of Omnilog never conflict with an owner's changes. */
export const OWN_FOLDER = resolve(import.meta.dirname, "..", ".omnilog");

export interface OwnSettings {
  /** The name of the file, for messages. */
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The owner's settings for one stack: a JSON object in `.omnilog/<stackName>.json`, or none. Names and values are
 * checked along with the rest (config.ts). Throws ConfigurationError if the file is not a JSON object, or names another
 * stack.
 */
export function readOwnSettings(stackName: string, folder = OWN_FOLDER): OwnSettings {
  const name = `.omnilog/${stackName}.json`;
  // An invalid stack name is reported with the other faults, and is not used in the name of a file.
  if (!/^[\w-]+$/.test(stackName)) return { name, settings: {} };
  const path = join(folder, `${stackName}.json`);
  if (!existsSync(path)) return { name, settings: {} };
  const value = parse(readFileSync(path, "utf8"));
  const settings = v.safeParse(v.record(v.string(), v.unknown()), value);
  if (!settings.success || Array.isArray(value))
    throw new ConfigurationError(`${name} must be a JSON object of settings`);
  const { stackName: called = stackName } = settings.output;
  if (called !== stackName) throw new ConfigurationError(`${name}: stackName must be that of the file`);
  return { name, settings: settings.output };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
