import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
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
  const client = new SecretsManagerClient({});
  let read: Promise<string> | undefined;
  let readAtMs = 0;
  return (refresh) => {
    if (!read || (refresh && now() - readAtMs >= REFRESH_AT_MOST_EVERY_MS)) {
      readAtMs = now();
      read = fetchSecret(client, secretId);
      // A failure is not remembered: the next caller tries again.
      read.catch(() => {
        read = undefined;
      });
    }
    return read;
  };
}

async function fetchSecret(client: SecretsManagerClient, secretId: string): Promise<string> {
  try {
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString.trim();
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return "";
    throw error;
  }
}
