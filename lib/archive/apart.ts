import { statusGroupOf } from "../message/status.ts";
import type { Kept } from "./codec.ts";

/** Appended blocks never extend across these boundaries, so that what is settled together has sharp ends. */
export const SLOT_MS = 600_000;

/**
 * The class of appended blocks of messages that are not delivered. The class before it is nearly always empty, so both
 * are read at once.
 */
export const UNDELIVERED = "d";

/** A record to be packed. */
interface Sent {
  readonly known: Kept;
  readonly sentAtMs: number;
}

/** Records that are cut into blocks together; `className` is set if it does not follow from the span of each block. */
export interface Part<T> {
  readonly entries: readonly T[];
  readonly className?: string | undefined;
}

/** For fewer records in a slot, separate blocks would cost more writes than they save. */
const LEAST_APART = 20;
/**
 * For fewer records, blocks per channel would make reading the newest more expensive, since these are pulled every
 * minute.
 */
const LEAST_SPLIT = 500;

/**
 * Splits what a page tells about one slot (newest first, as it stays) into parts. What is searched for before it is
 * settled is kept together: what is not delivered and, in a large slot, each channel with enough records for half a
 * block. Pure.
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
