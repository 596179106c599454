import type { Clock } from "../../runtime/clock.ts";
import type { Database } from "../../runtime/dynamodb.ts";
import type { Version } from "../codec.ts";
import { DAY_MS, dayOf, dayStart } from "../keys.ts";
import { DayWalk } from "./day-walk.ts";
import { Budget, Reader } from "./reader.ts";

const EVERYTHING = { units: Infinity, timeoutMs: Infinity };

/** Everything that the archive knows about the messages sent in a range (both ends included), merged, by identity. */
export async function versionsBetween(
  db: Database,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
  clock: Clock,
): Promise<Map<string, Version>> {
  const reader = new Reader(db, new Budget(EVERYTHING, clock.now), clock);
  const found = new Map<string, Version>();
  for (let atMs = sinceMs; atMs <= untilMs; atMs = dayStart(dayOf(atMs)) + DAY_MS) {
    const walk = new DayWalk(reader, dayOf(atMs), { sinceMs, untilMs });
    while (!walk.isOver()) await walk.read();
    for (const [id, version] of walk.all()) found.set(id, version);
  }
  return found;
}
