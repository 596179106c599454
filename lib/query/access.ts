import * as v from "valibot";
import type { Clients } from "../store/clients.ts";
import type { Rate } from "../store/rate.ts";
import { type Client, type StoredClient, storedClient } from "./clients.ts";
import type { Filter } from "./filter.ts";

/** A client of the table, if what is there is one. */
export async function findClient(id: string, clients: Clients): Promise<StoredClient | undefined> {
  const result = v.safeParse(storedClient, await clients.find(id));
  return result.success ? result.output : undefined;
}

/** How often a client may ask. */
export function rateOf({ perMinute, burst }: Client, otherwise: Rate): Rate {
  // Whoever is given a small rate alone is not meant to have a large burst.
  const most = Math.min(otherwise.burst, Math.ceil(perMinute ?? Infinity));
  return { perMinute: perMinute ?? otherwise.perMinute, burst: burst ?? most };
}

/** What a client may see of what it asks for. A client of one channel or sender asks for that, which is cheap to find. */
export function restrict(filter: Filter, { channels, senders }: Client): Filter {
  const [channel, ...otherChannels] = channels ?? [];
  const [from, ...otherSenders] = senders ?? [];
  return {
    ...(channel && otherChannels.length === 0 ? { channel } : {}),
    ...(from && otherSenders.length === 0 ? { from } : {}),
    ...filter,
    ...(channels ? { amongChannels: channels } : {}),
    ...(senders ? { amongSenders: senders } : {}),
  };
}
