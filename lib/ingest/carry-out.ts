import { isTransient } from "../runtime/dynamodb.ts";
import { MERGE_MS, type MergeServices } from "./merge-log.ts";
import type { QuarantineRequest, QuarantineRequests } from "./quarantine-requests.ts";
import { replay } from "./replay.ts";

export interface CarryOutServices extends MergeServices {
  readonly quarantineRequests: QuarantineRequests;
}

/** What was done of what admins have asked. */
export interface CarriedOut {
  readonly replayedEntries: number;
  readonly droppedEntries: number;
}

/** A run of the reconciler does so many at most, and begins none that there may be no time for; the others wait for the next. */
const REQUESTS_A_RUN = 50;

/**
 * Does what admins have asked to be done with entries of the quarantine. An entry that cannot be read even now stays, and its
 * request says why. May be repeated, and beside itself; throws what DynamoDB throws.
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

/** Does what one of them asks. Why the entry stays; undefined when it is gone. */
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
    // One that fails for good must not fail every run, whose work is another.
    if (isTransient(error)) throw error;
    return error instanceof Error ? error.name : "unknown";
  }
}
