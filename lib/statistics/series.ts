import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { timeOf, tupleOf } from "./cube.ts";

/** What alerts look at: a channel, or one of its networks or senders. */
export interface SeriesSegment {
  readonly kind: "channel" | "network" | "sender";
  readonly channel: string;
  /** The network (mccmnc) or the sender; "" for a channel, or if records do not say. */
  readonly value: string;
}

/** Messages in one step of time, by outcome. sent = delivered + rejected + failed + pending. */
export interface StepCounts {
  readonly sent: number;
  readonly delivered: number;
  readonly rejected: number;
  /** Undeliverable or expired. */
  readonly failed: number;
  /** No final status is known (yet). */
  readonly pending: number;
  /** Of those delivered: took longer than five minutes. */
  readonly slow: number;
}

/** The counts of an hour of `sentAt` in small steps. */
export interface Series {
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly stepMs: number;
  /** By segment (`segmentKey`), as many counts as there are steps; undefined if nothing was sent. */
  readonly segments: ReadonlyMap<string, readonly (StepCounts | undefined)[]>;
}

export const SLOW_MS = 300_000;
export const STEP_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A text that identifies a segment; `segmentOf` parses it. */
export function segmentKey({ kind, channel, value }: SeriesSegment): string {
  return JSON.stringify([kind, channel, value]);
}

export function segmentOf(key: string): SeriesSegment {
  const [kind, channel, value] = JSON.parse(key) as [SeriesSegment["kind"], string, string];
  return { kind, channel, value };
}

const NOTHING: StepCounts = { sent: 0, delivered: 0, rejected: 0, failed: 0, pending: 0, slow: 0 };

/** The outcome of a message, by the group of its status. */
export type Outcome = "delivered" | "rejected" | "failed" | "pending";

/** An unknown group counts as pending: the outcome is not known. */
export function outcomeOf(group: string): Outcome {
  if (group === "DELIVERED") return "delivered";
  if (group === "REJECTED") return "rejected";
  return group === "UNDELIVERABLE" || group === "EXPIRED" ? "failed" : "pending";
}

/** The series of an hour's merged records. */
export function seriesOf(records: Iterable<MessageRecord>, startMs: number, stepMs = STEP_MS): Series {
  const segments = new Map<string, (StepCounts | undefined)[]>();
  for (const record of records) {
    const step = Math.floor((epochMsOf(record.sentAt) - startMs) / stepMs);
    for (const key of segmentsOf(record)) {
      const steps = segments.get(key) ?? Array.from<StepCounts | undefined>({ length: HOUR_MS / stepMs });
      steps[step] = counted(steps[step] ?? NOTHING, record);
      segments.set(key, steps);
    }
  }
  return { startMs, stepMs, segments };
}

function segmentsOf(record: MessageRecord): string[] {
  const { channel, network, sender } = tupleOf(record);
  return [
    segmentKey({ kind: "channel", channel, value: "" }),
    segmentKey({ kind: "network", channel, value: network }),
    segmentKey({ kind: "sender", channel, value: sender }),
  ];
}

function counted(before: StepCounts, record: MessageRecord): StepCounts {
  const outcome = outcomeOf(tupleOf(record).group);
  const isSlow = (timeOf(record) ?? 0) > SLOW_MS;
  return {
    ...before,
    sent: before.sent + 1,
    [outcome]: before[outcome] + 1,
    slow: before.slow + (isSlow ? 1 : 0),
  };
}
