import * as v from "valibot";
import { KINDS_OF_INCIDENT } from "./shares.ts";
import { CLOSED_BECAUSE, type Incident } from "./watch-state.ts";

const storedSegment = v.object({
  channel: v.string(),
  network: v.exactOptional(v.string()),
  sender: v.exactOptional(v.string()),
});

const storedNumbers = v.object({
  windowMinutes: v.number(),
  messages: v.number(),
  bad: v.number(),
  share: v.number(),
  usual: v.number(),
  threshold: v.number(),
  currency: v.exactOptional(v.string()),
  chance: v.exactOptional(v.number()),
});

/** A stored incident: an item of its own, or part of the state. */
export const storedIncident = v.object({
  id: v.string(),
  kind: v.picklist(KINDS_OF_INCIDENT),
  segment: storedSegment,
  openedMs: v.number(),
  sinceMs: v.number(),
  numbers: storedNumbers,
  worst: storedNumbers,
  also: v.array(storedSegment),
  backs: v.number(),
  backFromMs: v.number(),
  judgedMs: v.number(),
  closedMs: v.exactOptional(v.number()),
  closedBecause: v.exactOptional(v.picklist(CLOSED_BECAUSE)),
}) satisfies v.GenericSchema<unknown, Incident>;
