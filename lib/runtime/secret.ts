import { ConfigurationError } from "./errors.ts";

/**
 * Gives a secret, or "" when nobody has put a value into it yet. It is read again when it is older than its opener allows;
 * `refresh` asks for it again sooner, because what it unlocks has refused it. Rejects with what reading it threw, and then
 * tries again at the next call.
 */
export type Secret = (refresh: boolean) => Promise<string>;

const REFRESH_AT_MOST_EVERY_MS = 30_000;

/** For a secret that lets somebody in: what was withdrawn from it works for no longer than this. */
export const WITHDRAWN_AFTER_MS = 30_000;

/**
 * A secret from the environment itself, or from Secrets Manager. A value that is older than `maxAgeMs` is never given, not
 * even when it cannot be read again; that there is none yet is believed for half a minute, since somebody is about to put
 * it in. Throws ConfigurationError when neither place is named.
 */
export function openSecret(
  name: string,
  { value, secretId }: { value: string | undefined; secretId: string | undefined },
  now: () => number,
  maxAgeMs = Infinity,
): Secret {
  if (value !== undefined) return async () => value;
  if (secretId === undefined) throw new ConfigurationError(`${name} is missing, and so is ${name}_SECRET`);
  let read: { readonly value: Promise<string>; readonly atMs: number; isEmpty: boolean } | undefined;
  return (refresh) => {
    const mostMs = refresh || read?.isEmpty ? Math.min(REFRESH_AT_MOST_EVERY_MS, maxAgeMs) : maxAgeMs;
    if (!read || now() - read.atMs >= mostMs) {
      const reading = { value: fetchSecret(secretId), atMs: now(), isEmpty: false };
      read = reading;
      reading.value.then(
        (secret) => {
          reading.isEmpty = secret === "";
        },
        // A failure is not remembered: the next caller tries again.
        () => {
          if (read === reading) read = undefined;
        },
      );
    }
    return read.value;
  };
}

/** Somebody, or a pull, waits for it. */
const PATIENCE = { maxAttempts: 3, requestHandler: { connectionTimeout: 2_000, requestTimeout: 3_000 } };

async function fetchSecret(secretId: string): Promise<string> {
  // Loaded only where there is a secret to read: on a laptop there is none.
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  try {
    const client = new SecretsManagerClient(PATIENCE);
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString.trim();
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return "";
    throw error;
  }
}
