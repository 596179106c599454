import { isTransient } from "../runtime/dynamodb.ts";
import { MERGE_MS, type MergeServices } from "./merge-log.ts";
import type { QuarantineRequest, QuarantineRequests } from "./quarantine-requests.ts";
import { replay } from "./replay.ts";

export interface CarryOutServices extends MergeServices {
  readonly quarantineRequests: QuarantineRequests;
}

/** What was done for the requests of admins. */
export interface CarriedOut {
  readonly replayedEntries: number;
  readonly droppedEntries: number;
}

/**
 * A run of the reconciler carries out at most this many, and starts none that it might have no time for. The others
 * wait for the next run.
 */
const REQUESTS_A_RUN = 50;

/**
 * Carries out what admins have requested for entries of the quarantine. An entry that still cannot be read stays, and
 * its request says why. May be repeated and run twice at once. Throws what DynamoDB throws.
 */
export async function carryOut(services: CarryOutServices): Promise<CarriedOut> {
  const { quarantineRequests: requests } = services;
  const waiting = (await requests.list()).filter(({ result }) => result === undefined);
  const done = { replayedEntries: 0, droppedEntries: 0 };
  for (const request of waiting.slice(0, REQUESTS_A_RUN)) {
    if (services.remainingMs() < MERGE_MS) break;
    const stays = await carryOutOne(request, services);
    if (stays === undefined) await requests.forget(request);
    else await requests.tell(request, stays);
    done[request.action === "drop" ? "droppedEntries" : "replayedEntries"]++;
  }
  return done;
}

/** Carries out one request. Returns why the entry stays; undefined if it is gone. */
async function carryOutOne(
  { sk, action }: QuarantineRequest,
  services: CarryOutServices,
): Promise<string | undefined> {
  const { quarantine } = services;
  const entry = await quarantine.find(sk);
  if (!entry) return undefined;
  try {
    if (action === "replay") return (await replay(entry, services)).reason;
    await quarantine.release(entry);
    return undefined;
  } catch (error) {
    // A request that fails for good must not fail every run, which has other work to do.
    if (isTransient(error)) throw error;
    return error instanceof Error ? error.name : "unknown";
  }
}
