import { NO_ROWS, type Rows, rowsFrom, union } from "./rows.ts";

/**
 * A row of a stream: the entry's place, and the index of the result in its page. As a position it is the next row to
 * look at.
 */
export interface StreamPlace {
  readonly place: number;
  readonly row: number;
}

/**
 * How far a client has read a stream.
 *
 *     ── given, or passed over ──│── next ── taken out of order ── … ──> end
 *        (batches: given, and not acknowledged yet)
 */
export interface Reading {
  /** Counts the changes. A change succeeds only if nobody else has made one since. */
  readonly version: number;
  readonly next: StreamPlace;
  /** The rows after `next` that polls with filters have taken. */
  readonly taken: Rows;
  /** What was handed out to polls that acknowledge, but is not acknowledged yet; oldest first. */
  readonly batches: readonly Batch[];
  /**
   * Who made the last changes, latest first. If the answer to a change is lost and the SDK repeats it, it fails because
   * of itself, and must not be mistaken for somebody else's.
   */
  readonly by: readonly string[];
}

/** Reports that are handed out again until they are acknowledged. */
export interface Batch {
  readonly id: number;
  /** The version at which it was last handed out. */
  readonly given: number;
  /** What the poll that got it had acknowledged: asked with the same again, that poll was not answered. */
  readonly after: string;
  readonly rows: Rows;
  readonly atMs: number;
}

/** What a poll acknowledges: a token of ours, or "": nothing, since it has nothing in hand. */
export type Acknowledged = string;

/** A batch that nobody has acknowledged for so long is given to the next poll that acknowledges, whoever had it. */
export const UNACKNOWLEDGED_MS = 30_000;
/** With this many unacknowledged batches, the oldest is handed out again before another is made. */
export const MOST_BATCHES = 10;

/** The token that acknowledges a batch. */
export function tokenOf({ id }: Pick<Batch, "id">): string {
  return `b${id}`;
}

/** The position of a client at the start of an entry. */
export function readingFrom(place: number, version = 1): Reading {
  return { version, next: { place, row: 0 }, taken: NO_ROWS, batches: [], by: [] };
}

/** The position with a batch acknowledged, if the token names one. Acknowledging twice changes nothing. */
export function acknowledge(reading: Reading, token: Acknowledged): Reading {
  const batches = reading.batches.filter((batch) => tokenOf(batch) !== token);
  return batches.length === reading.batches.length ? reading : { ...reading, batches };
}

/**
 * The batch that an acknowledging poll gets again, if any. A batch handed out after the poll arrived, or after the
 * version `seen` at which it began, went to a simultaneous poll, and simultaneous polls never share a report.
 */
export function batchToRepeat(
  { batches }: Reading,
  token: Acknowledged,
  { seen, arrivedAtMs, nowMs }: { seen: number; arrivedAtMs: number; nowMs: number },
): Batch | undefined {
  const candidates = batches.filter(({ given, atMs }) => given <= seen && atMs <= arrivedAtMs);
  // A client with nothing in hand has lost what it had, or is new. Then it starts with the oldest batch.
  const own = candidates.find(({ after }) => token === "" || after === token);
  const abandoned = candidates.find(({ atMs }) => atMs + UNACKNOWLEDGED_MS <= nowMs);
  return own ?? abandoned ?? (batches.length >= MOST_BATCHES ? candidates[0] : undefined);
}

/** What a poll changes in a position. */
export interface Taking {
  readonly rows: Rows;
  /** The next row to look at; a poll with a filter leaves it where it was. */
  readonly next: StreamPlace;
  /** For a poll that acknowledges: what it had acknowledged. */
  readonly after?: Acknowledged | undefined;
  readonly nowMs: number;
}

/** The position after these rows were handed out. */
export function take(reading: Reading, { rows, next, after, nowMs }: Taking): Reading {
  const version = reading.version + 1;
  const isBatch = after !== undefined && rows.size > 0;
  const batch = isBatch ? [{ id: version, given: version, after, rows, atMs: nowMs }] : [];
  return {
    ...reading,
    version,
    next,
    taken: rowsFrom(union(reading.taken, rows), next),
    batches: [...reading.batches, ...batch],
  };
}

/** The position after a batch was handed out again. */
export function repeat(reading: Reading, { id }: Batch, after: Acknowledged, nowMs: number): Reading {
  const version = reading.version + 1;
  const batches = reading.batches.map((batch) =>
    batch.id === id ? { ...batch, given: version, after, atMs: nowMs } : batch,
  );
  return { ...reading, version, batches };
}

/** The earliest row that may still have to be handed out. Everything before it is finished. */
export function earliestOf({ next, batches }: Reading): StreamPlace {
  const places = batches.flatMap(({ rows }) => [...rows.keys()]);
  const place = places.reduce((a, b) => Math.min(a, b), next.place);
  return place < next.place ? { place, row: 0 } : next;
}
