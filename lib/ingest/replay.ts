import type { Archive } from "../store/archive.ts";
import type { Quarantine, QuarantinedItem } from "../store/quarantine.ts";
import { type PageContent, readPage } from "./page.ts";
import { LOGS_PATH, SOURCES, type Source, type SourceName } from "./sources.ts";

export interface Replayed {
  readonly stored: number;
  /** Why the entry stays where it is; undefined when it was understood and let go. */
  readonly reason?: string;
}

/**
 * Tries once more to read what is in quarantine, say with a newer version of the parser, and stores what it can. The
 * entry is let go when all of it was understood. May be repeated.
 */
export async function replay(
  entry: QuarantinedItem,
  stores: { archive: Archive; quarantine: Quarantine },
): Promise<Replayed> {
  const content = readAgain(await stores.quarantine.load(entry), sourceOf(entry.source));
  const stored = await stores.archive.store(content.records);
  const refused = stored.filter(({ outcome }) => outcome === "refused").length;
  const reason = content.rejects[0]?.reason ?? (refused > 0 ? entry.reason : undefined);
  if (reason === undefined) await stores.quarantine.release(entry);
  return { stored: stored.length - refused, ...(reason === undefined ? {} : { reason }) };
}

function sourceOf(name: string): Source {
  return SOURCES[name as SourceName] ?? { path: LOGS_PATH };
}

/** A whole page is read as one; a single record, or the rest of a page, as a page of its own. */
function readAgain(text: string, source: Source): PageContent {
  const page = readPage(Buffer.from(text), source);
  return page.count > 0 ? page : readPage(Buffer.from(`{"results":[${text}]}`), source);
}
