import { statusGroupOf } from "../message/status.ts";
import type { Kept } from "./codec.ts";

/** Appended blocks do not reach across these, so that what is settled together ends sharply. */
export const SLOT_MS = 600_000;

/** The class of blocks of what is appended and not delivered. The one before it is nearly always empty: both are read at once. */
export const UNDELIVERED = "d";

/** A record to be packed. */
interface Sent {
  readonly known: Kept;
  readonly sentAtMs: number;
}

/** What is cut into blocks together; `className` where it is not told by what each block spans. */
export interface Part<T> {
  readonly entries: readonly T[];
  readonly className?: string | undefined;
}

/** Of fewer in a slot, blocks of their own would cost more to write than they spare. */
const LEAST_APART = 20;
/** Of fewer, blocks for each channel would be more to read for the newest, which are pulled each minute. */
const LEAST_SPLIT = 500;

/**
 * The parts of what a page tells of one slot, newest first as it is. What is searched for while it is not settled lies together: what is
 * not delivered; and of a large slot each channel, where there are enough for half a block. Pure.
 */
export function partsOf<T extends Sent>(slot: readonly T[]): Part<T>[] {
  if (slot.length < LEAST_APART) return [{ entries: slot }];
  const isDelivered = ({ known: { record } }: T) => statusGroupOf(record.status) === "DELIVERED";
  const delivered = slot.filter(isDelivered);
  const undelivered = slot.filter((entry) => !isDelivered(entry));
  const spanMs = (undelivered[0]?.sentAtMs ?? 0) - (undelivered.at(-1)?.sentAtMs ?? 0);
  return [
    { entries: undelivered, ...(spanMs <= SLOT_MS ? { className: UNDELIVERED } : {}) },
    ...(slot.length < LEAST_SPLIT ? [delivered] : byChannel(delivered)).map((entries) => ({ entries })),
  ].filter(({ entries }) => entries.length > 0);
}

function byChannel<T extends Sent>(entries: readonly T[]): T[][] {
  const channelOf = ({ known: { record } }: T) => record.channel;
  const channels = Map.groupBy(entries, channelOf);
  const isEnough = (entry: T) => (channels.get(channelOf(entry))?.length ?? 0) >= LEAST_APART;
  return [...Map.groupBy(entries, (entry) => (isEnough(entry) ? channelOf(entry) : "")).values()];
}
