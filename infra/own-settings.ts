import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { ConfigurationError } from "../lib/runtime/errors.ts";

/** A folder that git ignores: an update of Omnilog never meets what an owner has changed. */
export const OWN_FOLDER = resolve(import.meta.dirname, "..", ".omnilog");

export interface OwnSettings {
  /** How messages call the file. */
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * An owner's settings of one stack: a JSON object in `.omnilog/<stackName>.json`, or none. Names and values are checked
 * with the rest (config.ts). Throws ConfigurationError when the file is no JSON object, or calls its stack otherwise.
 */
export function readOwnSettings(stackName: string, folder = OWN_FOLDER): OwnSettings {
  const name = `.omnilog/${stackName}.json`;
  // What is no name of a stack is told with the other faults, and names no file.
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
