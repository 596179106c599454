import { sha256 } from "../runtime/hash.ts";
import { isOver, type StoredClient } from "./clients.ts";
import { pairsOf } from "./credentials.ts";
import { type Client, clientOfPair } from "./rights.ts";
import type { SignInServices } from "./services.ts";
import { type Credential, isProof, type Session } from "./sessions.ts";

/** The name under which failures with a token are counted: unique to it, but not the token itself. */
export function nameOfSession(token: string): string {
  return `session ${sha256(token).slice(0, 32)}`;
}

/**
 * The client of the session that a token opens, with its current rights; undefined if the session is over, or if the
 * credential it began with is no longer accepted.
 */
export async function clientOfSession(token: string, services: SignInServices): Promise<Client | undefined> {
  const sessions = await services.sessions();
  const session = await sessions.find(token, services.now());
  if (!session) return undefined;
  return session.by === "pair" ? ofPair(session, token, services) : ofStored(session, token, services);
}

async function ofPair(
  session: Session,
  token: string,
  services: SignInServices,
): Promise<Client | undefined> {
  const pairs = pairsOf(await services.credentials(false)).filter((pair) =>
    pair.startsWith(`${session.client}:`),
  );
  const isStill = pairs.some((text) => isProof(session, token, { by: "pair", text }));
  return isStill ? clientOfPair(session.client, services.admins) : undefined;
}

async function ofStored(
  session: Session,
  token: string,
  services: SignInServices,
): Promise<Client | undefined> {
  const nowMs = services.now();
  const client = await services.clients.find(session.client);
  if (!client || isOver(client, nowMs)) return undefined;
  const isStill = secretsOf(client, nowMs).some((credential) => isProof(session, token, credential));
  return isStill ? client : undefined;
}

/** The credentials of a stored client that are accepted now. */
function secretsOf(client: StoredClient, nowMs: number): Credential[] {
  const { previous } = client;
  const all = previous !== undefined && previous.untilMs > nowMs ? [client, previous] : [client];
  return all.map(({ salt, hash }) => ({ by: "stored", text: `${salt} ${hash}` }));
}
