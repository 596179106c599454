import type { MessageRecord } from "../message/record.ts";

/** The page of the log that records come from. What the archive makes of them is named after it. */
export interface Origin {
  readonly source: string;
  readonly place: number;
}

export interface Appended {
  /** Records that the database rejects every time, because they are too large. */
  readonly refused: readonly MessageRecord[];
}

/**
 * What a record would change in the archive: `new`: the message is not there; `advanced`: it has a more advanced
 * status; `enriched`: it only fills in fields; `known`: nothing.
 */
export type Novelty = "new" | "advanced" | "enriched" | "known";

export interface Compared {
  /** The record that was asked about. */
  readonly record: MessageRecord;
  /** What the archive contains about its message and channel once the record is added. */
  readonly merged: MessageRecord;
  readonly outcome: Novelty;
}

/**
 * What ingest needs from the archive. Everything here throws what DynamoDB throws, or BusyError, and may be repeated.
 */
export interface ArchiveWriter {
  /**
   * Adds the records of a page. The same origin and records always write the same, so that it can be repeated after a
   * crash; two at once do no harm.
   */
  append(origin: Origin, records: readonly MessageRecord[]): Promise<Appended>;

  /** What these records would change, one answer for each, in order. Writes nothing. */
  compare(records: readonly MessageRecord[]): Promise<readonly Compared[]>;

  /** Would this record still be served at that moment (milliseconds since 1970)? */
  keeps(record: MessageRecord, nowMs: number): boolean;
}
