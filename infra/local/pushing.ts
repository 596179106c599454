import { parseArgs } from "node:util";
import { firstProof } from "../../functions/commands/push-settings.ts";
import { subscribe } from "../../lib/infobip/subscribe.ts";
import { PUSH_LIMITS, PUSHED_CHANNEL_NAMES, wantedOf } from "../../lib/infobip/subscription.ts";
import { SubscriptionsClient } from "../../lib/infobip/subscriptions-client.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import type { Infobip } from "./imitation/server.ts";
import { every, type Schedule } from "./schedule.ts";
import type { LocalSettings } from "./settings.ts";

/** Short enough that nobody notices. */
const EVERY_MS = 250;

/**
 * Was `npm start -- --push` used? Throws ConfigurationError if that is impossible: for an external account there is a
 * command.
 */
export function wantsPushes(args: readonly string[], { INFOBIP_BASE_URL }: LocalSettings): boolean {
  const isWanted =
    parseArgs({ args: [...args], options: { push: { type: "boolean" } } }).values.push ?? false;
  if (isWanted && INFOBIP_BASE_URL !== undefined)
    throw new ConfigurationError(
      "--push is for the imitation of Infobip: with INFOBIP_BASE_URL set, use npm run subscribe",
    );
  return isWanted;
}

/**
 * Subscribes to every channel of the imitation, with the code of `npm run subscribe`, and makes it push from now on:
 * with the first of the credentials, to `url`, which is already listening. What is pushed cannot be pulled then.
 */
export async function startPushing(
  infobip: Infobip,
  { url, authorization, credentials }: { url: string; authorization: string; credentials: string },
): Promise<Schedule> {
  const client = new SubscriptionsClient(infobip.url, authorization);
  const proof = firstProof(credentials);
  if (proof.kind === "hmac") infobip.pusher.signatureHeader = proof.header.toLowerCase();
  for (const channel of PUSHED_CHANNEL_NAMES)
    await subscribe(client, wantedOf(channel, { name: "local", url, proof, limits: PUSH_LIMITS }));
  return every(EVERY_MS, () => infobip.pusher.run());
}
