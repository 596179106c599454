import { ConfigurationError } from "./errors.ts";

/**
 * Gives a secret, or "" when nobody has put a value into it yet. It is read once; `refresh` asks for it again, because
 * what it unlocks has refused it.
 */
export type Secret = (refresh: boolean) => Promise<string>;

const REFRESH_AT_MOST_EVERY_MS = 30_000;

/** A secret from the environment itself, or from Secrets Manager. Throws ConfigurationError when neither is named. */
export function openSecret(
  name: string,
  { value, secretId }: { value: string | undefined; secretId: string | undefined },
  now: () => number,
): Secret {
  if (value !== undefined) return async () => value;
  if (secretId === undefined) throw new ConfigurationError(`${name} is missing, and so is ${name}_SECRET`);
  let read: Promise<string> | undefined;
  let readAtMs = 0;
  return (refresh) => {
    if (!read || (refresh && now() - readAtMs >= REFRESH_AT_MOST_EVERY_MS)) {
      readAtMs = now();
      read = fetchSecret(secretId);
      // A failure is not remembered: the next caller tries again.
      read.catch(() => {
        read = undefined;
      });
    }
    return read;
  };
}

async function fetchSecret(secretId: string): Promise<string> {
  // Loaded only where there is a secret to read: on a laptop there is none.
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  try {
    const client = new SecretsManagerClient({});
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString.trim();
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return "";
    throw error;
  }
}
