import { resolve } from "node:path";
import type * as v from "valibot";
import { localEnvironment, parseEnvironment } from "../../lib/runtime/config.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** Where the reports of an account are kept, unless DATA_DIR says otherwise: in a folder that git ignores. */
export const DEFAULT_DATA_DIR = resolve(import.meta.dirname, "..", "..", ".omnilog", "data");

export type LocalSettings = v.InferOutput<typeof localEnvironment>;
type Name = "INFOBIP_AUTHORIZATION" | "QUERY_CREDENTIALS";

/**
 * The settings of `npm start`. Infobip hands out each report only once, so those of an account are kept on disk, and
 * never shown to somebody who has merely read our documentation. An Infobip on this machine may be an imitation, or a
 * tunnel to an account: its reports are kept, and shown with the example's credentials to this machine only. Empty
 * PUSH_CREDENTIALS let nobody push. Throws ConfigurationError, which names what is missing.
 */
export function readLocalSettings(environment: Readonly<Record<string, string | undefined>>): LocalSettings {
  const read = parseEnvironment(localEnvironment, environment);
  const settings = environment.PUSH_CREDENTIALS === "" ? { ...read, PUSH_CREDENTIALS: "" } : read;
  const { AWS_ENDPOINT_URL_DYNAMODB, DATA_DIR, HOST, INFOBIP_BASE_URL: url } = settings;
  if (url === undefined) return settings;
  const missing = (names: readonly Name[]) => names.filter((name) => !settings[name]).join(" and ");
  const { hostname, port } = new URL(url);
  const isNear = isThisMachine(hostname);
  if (!isNear && missing(["INFOBIP_AUTHORIZATION", "QUERY_CREDENTIALS"]))
    throw new ConfigurationError(
      `with INFOBIP_BASE_URL set, ${missing(["INFOBIP_AUTHORIZATION", "QUERY_CREDENTIALS"])} must be set, too`,
    );
  if (missing(["QUERY_CREDENTIALS"]) && !isThisMachine(HOST))
    throw new ConfigurationError(
      `with INFOBIP_BASE_URL set and HOST=${HOST}, others than this machine could ask: QUERY_CREDENTIALS must be set, too`,
    );
  if (AWS_ENDPOINT_URL_DYNAMODB !== undefined || DATA_DIR !== undefined) return settings;
  // Several upstreams on this machine must not share a folder.
  const own = isNear ? `-${hostname.replace(/[^\w.]/g, "")}-${port || "80"}` : "";
  return { ...settings, DATA_DIR: DEFAULT_DATA_DIR + own };
}

/** Is there nobody's data in it, because Infobip is the imitation that `npm start` starts? */
export function isPlay({ INFOBIP_BASE_URL: url }: LocalSettings): boolean {
  return url === undefined;
}

function isThisMachine(host: string): boolean {
  return /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host);
}
