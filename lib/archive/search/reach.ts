/** What can be told of the rest of a day that is walked from its newest message to its oldest. */
export interface RestOfDay {
  /** Everything sent after this moment has been taken. */
  readonly frontierMs: number;
  /** The first moment of the day that is wanted. */
  readonly endMs: number;
  /** The moments of messages that have been read and not been taken, newest first. */
  readonly heldMs: readonly number[];
  /** About how many messages were sent each millisecond; Infinity if nothing tells. */
  readonly perMs: number;
}

/** How far to read on in a day. */
export interface Reach {
  /** For about so many messages. */
  readonly wanted: number;
  /** Down to about this moment; -Infinity for all of the day, Infinity if nothing tells how far. */
  readonly reachMs: number;
}

/** Traffic is not even: so much of what is expected of a day is counted on when those before it are read. */
const SURE = 0.75;

/** How far to read each of these days, newest first, so that they yield so many messages; those that are not needed are left out. Pure. */
export function reachesOf(days: readonly RestOfDay[], wanted: number): Reach[] {
  const reaches: Reach[] = [];
  let left = wanted;
  let unsure = wanted;
  for (const { frontierMs, endMs, heldMs, perMs } of days) {
    const ahead = frontierMs <= endMs ? 0 : perMs * (frontierMs - endMs);
    const lastHeldMs = heldMs[Math.ceil(left) - 1];
    const isEnough = lastHeldMs !== undefined || left <= ahead;
    const untilEnoughMs = perMs === Infinity ? Infinity : frontierMs - left / perMs;
    const reachMs = lastHeldMs ?? (isEnough ? untilEnoughMs : -Infinity);
    reaches.push({ wanted: Math.max(1, unsure), reachMs });
    if (isEnough) break;
    left -= Math.max(heldMs.length, ahead);
    unsure -= Math.max(heldMs.length, SURE * ahead);
  }
  return reaches;
}
