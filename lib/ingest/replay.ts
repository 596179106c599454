import { type PageContent, readAnyPage, WHOLE_OR_REST } from "../infobip/page.ts";
import { type Source, sourceNamed } from "../infobip/sources.ts";
import type { MergeServices } from "./merge-log.ts";
import type { QuarantinedItem } from "./quarantine.ts";
import { landTexts } from "./repairs.ts";

export interface Replayed {
  /** Records that were new to the archive, and are in it now. */
  readonly stored: number;
  /** Why the entry stays; undefined if it was understood and deleted. */
  readonly reason?: string;
}

/**
 * Tries again to read an entry of the quarantine, for example with a newer version of the parser. What is new is
 * appended to the log of its source and merged; the entry is deleted once all of it was understood. May be repeated.
 */
export async function replay(entry: QuarantinedItem, services: MergeServices): Promise<Replayed> {
  const { quarantine, archive, clock } = services;
  const content = await readAgain(await quarantine.load(entry), sourceNamed(entry.source));
  const texts = new Map(content.records.map((record, n) => [record, content.texts[n] ?? ""]));
  const nowMs = clock.now();
  const compared = await archive.compare(content.records.filter((record) => archive.keeps(record, nowMs)));
  const news = compared.filter(({ outcome }) => outcome !== "known");
  // A page that was set aside as a whole may have reached the archive but not its readers: they get what they do not
  // have.
  const isPage = entry.place === WHOLE_OR_REST && content.rejects.length === 0;
  const found = [
    ...(isPage ? content.texts : news.map(({ record }) => texts.get(record) ?? "")),
    ...content.events.map(({ text }) => text),
  ];
  const refused = await store(entry.source, found, services);
  const stored = news.length - refused;
  const reason = content.rejects[0]?.reason ?? (refused > 0 ? entry.reason : undefined);
  if (reason !== undefined) return { stored, reason };
  await quarantine.release(entry);
  return { stored };
}

/** Appends and merges these texts. Returns how many of them the archive did not accept, or there was no time for. */
async function store(source: string, texts: readonly string[], services: MergeServices): Promise<number> {
  if (texts.length === 0) return 0;
  const { pages, unmerged } = await landTexts(source, "replay", texts, services);
  const refused = pages.reduce((total, { quarantined }) => total + quarantined, 0);
  return unmerged > 0 ? texts.length : refused;
}

/** A whole page is read as one; a single record, or the rest of a page, as a page of its own. */
async function readAgain(bytes: Buffer, source: Source): Promise<PageContent> {
  const page = await readAnyPage(bytes, source);
  return page.count > 0 ? page : readAnyPage(Buffer.from(`{"results":[${bytes.toString()}]}`), source);
}
