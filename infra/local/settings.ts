import { resolve } from "node:path";
import type * as v from "valibot";
import { localEnvironment, parseEnvironment } from "../../lib/runtime/config.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** Where the reports of a real account are kept, unless DATA_DIR says otherwise: in a folder that git ignores. */
export const DEFAULT_DATA_DIR = resolve(import.meta.dirname, "..", "..", ".omnilog", "data");

export type LocalSettings = v.InferOutput<typeof localEnvironment>;

/**
 * What `npm start` does. Infobip hands each report out once, so those of a real account are kept on disk, and are
 * shown to nobody who has only read our documentation. Throws ConfigurationError, naming what is missing.
 */
export function readLocalSettings(environment: Readonly<Record<string, string | undefined>>): LocalSettings {
  const settings = parseEnvironment(localEnvironment, environment);
  const { AWS_ENDPOINT_URL_DYNAMODB, DATA_DIR } = settings;
  if (isPlay(settings)) return settings;
  const missing = (["INFOBIP_AUTHORIZATION", "QUERY_CREDENTIALS"] as const).filter((name) => !settings[name]);
  if (missing.length > 0)
    throw new ConfigurationError(`with INFOBIP_BASE_URL set, ${missing.join(" and ")} must be set, too`);
  const isKept = AWS_ENDPOINT_URL_DYNAMODB !== undefined || DATA_DIR !== undefined;
  return isKept ? settings : { ...settings, DATA_DIR: DEFAULT_DATA_DIR };
}

/** Is there nothing in it that is anybody's: is Infobip an imitation? */
export function isPlay({ INFOBIP_BASE_URL: url }: LocalSettings): boolean {
  return url === undefined || isThisMachine(url);
}

/** An imitation of Infobip on this machine gives out nothing that is worth keeping or hiding. */
function isThisMachine(url: string): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}
