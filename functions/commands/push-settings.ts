import * as v from "valibot";
import type { PushProof } from "../../lib/infobip/subscription.ts";
import { parsePushers } from "../../lib/receive/pushers.ts";
import {
  ingestEnvironment,
  parseEnvironment,
  receiveEnvironment,
  storageEnvironment,
} from "../../lib/runtime/config.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { openSecret } from "../../lib/runtime/secret.ts";
import { type StackFlags, stackSettings } from "./stack.ts";

/** What a subscription consists of, besides the channel. */
export interface PushSettings {
  readonly infobipUrl: string;
  /** Infobip's key: the whole Authorization header. */
  readonly authorization: string;
  /** Distinguishes the subscriptions of several stacks. */
  readonly name: string;
  readonly url: string;
  readonly proof: PushProof;
}

const { INFOBIP_BASE_URL, INFOBIP_AUTHORIZATION, INFOBIP_AUTHORIZATION_SECRET } = ingestEnvironment.entries;
const upstream = { INFOBIP_BASE_URL, INFOBIP_AUTHORIZATION, INFOBIP_AUTHORIZATION_SECRET };
const environmentSchema = v.object({
  ...upstream,
  PUSH_CREDENTIALS: receiveEnvironment.entries.PUSH_CREDENTIALS,
});
const stackSchema = v.object({ ...upstream, STACK_NAME: storageEnvironment.STACK_NAME });

/**
 * Where to subscribe, and with which URL: from the deployed stack or, if none is named and INFOBIP_BASE_URL is set,
 * from the environment. Throws ConfigurationError if something is missing, and what AWS throws.
 */
export async function pushSettings(
  flags: StackFlags & { readonly url?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Promise<PushSettings> {
  const isLocal = !flags.stack && !environment.STACK_NAME && !!environment.INFOBIP_BASE_URL;
  return isLocal ? localSettings(flags.url, environment) : deployedSettings(flags, environment);
}

async function localSettings(url: string | undefined, environment: NodeJS.ProcessEnv): Promise<PushSettings> {
  const settings = parseEnvironment(environmentSchema, environment);
  const { INFOBIP_BASE_URL: infobipUrl, PUSH_CREDENTIALS: credentials } = settings;
  if (url === undefined) throw new ConfigurationError("--url must be named where there is no --stack");
  if (credentials === undefined) throw new ConfigurationError("PUSH_CREDENTIALS is missing");
  const authorization = await keyOf(settings);
  return { infobipUrl, authorization, name: "local", url: urlOf(url), proof: firstProof(credentials) };
}

async function deployedSettings(
  flags: StackFlags & { readonly url?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Promise<PushSettings> {
  const settings = await stackSettings(stackSchema, flags, environment);
  // Loaded on demand, so that a local command needs no AWS client.
  const { readOutputs } = await import("./deployed.ts");
  const { PushUrl = "", PushCredentialsSecret } = await readOutputs(
    flags.stack || environment.STACK_NAME || "",
  );
  if (!PushCredentialsSecret) throw new ConfigurationError("the stack takes no pushes: deploy it again");
  const secret = { value: undefined, secretId: PushCredentialsSecret };
  const credentials = await openSecret("PUSH_CREDENTIALS", secret, Date.now)(false);
  if (credentials === "")
    throw new ConfigurationError("nobody may push yet: put credentials in by npm run secret -- push ARN");
  return {
    infobipUrl: settings.INFOBIP_BASE_URL,
    authorization: await keyOf(settings),
    name: settings.STACK_NAME,
    url: urlOf(flags.url ?? PushUrl.replace(/\/push$/, "")),
    proof: firstProof(credentials),
  };
}

async function keyOf(settings: v.InferOutput<typeof stackSchema> | v.InferOutput<typeof environmentSchema>) {
  const { INFOBIP_AUTHORIZATION: value, INFOBIP_AUTHORIZATION_SECRET: secretId } = settings;
  const key = await openSecret("INFOBIP_AUTHORIZATION", { value, secretId }, Date.now)(false);
  if (key === "")
    throw new ConfigurationError("there is no key for Infobip yet: npm run secret -- infobip ARN");
  return key;
}

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username)
    throw new ConfigurationError("--url must be a URL such as https://example.com, without credentials");
  return url.href;
}

/**
 * Infobip gets the first entry of PUSH_CREDENTIALS; the others stay valid during a rotation. Throws ConfigurationError.
 */
export function firstProof(credentials: string): PushProof {
  const [first] = parsePushers(credentials);
  switch (first?.way) {
    case "basic": {
      const [username = "", ...password] = first.pair.split(":");
      return { kind: "basic", username, password: password.join(":") };
    }
    case "header":
      return { kind: "header", name: first.name, value: first.value };
    case "hmac":
      return { kind: "hmac", header: first.name, algorithm: first.algorithm, key: first.key };
    case "path":
      return { kind: "path", secret: first.secret };
    default:
      throw new ConfigurationError("PUSH_CREDENTIALS names nobody who may push");
  }
}
