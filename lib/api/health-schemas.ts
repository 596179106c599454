import * as v from "valibot";

const count = v.pipe(v.number(), v.integer());
/** Absent for a limited client, since the number includes what it must not see. */
const forUnlimited = <T extends v.GenericSchema>(schema: T) => v.optional(schema);

/** The answer of `GET /omnilog/1/health`. Dates are ISO 8601, in UTC. */
export const healthAnswer = v.object({
  at: v.string(),
  sources: v.array(
    v.object({
      source: v.string(),
      lastGoodPullAt: v.optional(v.string()),
      lagSeconds: v.optional(count),
      openPulls: forUnlimited(count),
      waitingPages: forUnlimited(count),
      doubts: forUnlimited(v.array(v.object({ reason: v.string(), count }))),
    }),
  ),
  settling: v.object({ waitingPages: count, waitingSeconds: count }),
  reconciling: forUnlimited(
    v.object({ passes: v.array(v.object({ pass: v.string(), behindSeconds: count })) }),
  ),
  quarantine: forUnlimited(v.object({ count, isMore: v.boolean(), oldestAt: v.optional(v.string()) })),
  clients: forUnlimited(
    v.array(
      v.object({
        client: v.string(),
        source: v.string(),
        pages: count,
        lagSeconds: count,
        secondsLeft: v.optional(count),
      }),
    ),
  ),
  push: forUnlimited(
    v.object({
      lastArrivalAt: v.string(),
      kinds: v.array(v.object({ kind: v.string(), lastArrivalAt: v.string(), waitingPages: count })),
    }),
  ),
});
export type HealthAnswer = v.InferInput<typeof healthAnswer>;

/** An entry of the quarantine, and the action that was requested for it. */
export const quarantineEntry = v.object({
  id: v.string(),
  source: v.string(),
  page: v.string(),
  /** The index of the record in its page; -1: the page, or the rest of it. */
  place: v.pipe(v.number(), v.integer()),
  reason: v.string(),
  at: v.string(),
  request: v.optional(
    v.object({
      action: v.picklist(["replay", "drop"]),
      by: v.string(),
      at: v.string(),
      result: v.optional(v.string()),
    }),
  ),
});
export type QuarantineEntry = v.InferInput<typeof quarantineEntry>;

export const quarantineText = v.object({
  ...quarantineEntry.entries,
  text: v.string(),
  isCut: v.optional(v.literal(true)),
});
export const quarantineAnswer = v.object({
  results: v.array(quarantineEntry),
  nextCursor: v.optional(v.string()),
});
