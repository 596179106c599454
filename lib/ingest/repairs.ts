import { bodyOf } from "../infobip/page.ts";
import type { Clock } from "../runtime/clock.ts";
import { landAndMerge, type MergedLog, type MergeServices } from "./merge-log.ts";

/** The log of what the reconciler found in Infobip's logs to be missing here, or more advanced. */
export const REPAIRS = "logs";

/**
 * Appends texts that are new to the archive to a log, as a page of their own, before they are merged, so that readers
 * of the log get them, too. They are split and read like a pulled page. Without texts nothing happens.
 */
export async function landTexts(
  source: string,
  way: "repair" | "replay",
  texts: readonly string[],
  services: MergeServices,
): Promise<MergedLog> {
  const { clock, states } = services;
  const { merged: after } = await states.load(source);
  return landAndMerge(
    source,
    { id: newId(clock), atMs: clock.now(), way },
    { body: bodyOf(texts), after },
    services,
  );
}

/** An id that no other pull or page has. */
export function newId(clock: Clock): string {
  return `${clock.now()}-${Math.floor(clock.random() * 2 ** 48).toString(36)}`;
}
