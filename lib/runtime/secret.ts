import { ConfigurationError } from "./errors.ts";

/**
 * Returns a secret, or "" if nobody has set a value yet. It is read again when it is older than its opener allows;
 * `refresh` asks for that sooner, because the service has refused the current value. Rejects with the error of the
 * read, and tries again on the next call.
 */
export type Secret = (refresh: boolean) => Promise<string>;

const REFRESH_AT_MOST_EVERY_MS = 30_000;

/** For secrets that grant access: a revoked value stops working within this time. */
export const WITHDRAWN_AFTER_MS = 30_000;

/**
 * A secret given in the environment itself, or in Secrets Manager. A value older than `maxAgeMs` is never returned, not
 * even if it cannot be read again. That there is no value yet is cached for only half a minute, since somebody is about
 * to set it. Throws ConfigurationError if neither place is configured.
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
        // A failure is not cached: the next caller tries again.
        () => {
          if (read === reading) read = undefined;
        },
      );
    }
    return read.value;
  };
}

/** A person, or a pull, is waiting for it. */
const PATIENCE = { maxAttempts: 3, requestHandler: { connectionTimeout: 2_000, requestTimeout: 3_000 } };

async function fetchSecret(secretId: string): Promise<string> {
  // Loaded only if there is a secret to read; on a laptop there is none.
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
