import { type PageContent, readAnyPage, WHOLE_OR_REST } from "../infobip/page.ts";
import { PARSER_VERSION } from "../infobip/report.ts";
import { type Source, sourceNamed } from "../infobip/sources.ts";
import { isTransient } from "../runtime/dynamodb.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { MERGE_MS, type MergeServices } from "./merge-log.ts";
import type { QuarantinedItem } from "./quarantine.ts";
import { landTexts } from "./repairs.ts";

export interface Replayed {
  /** Records that were news to the archive, and are in it now. */
  readonly stored: number;
  /** Why the entry stays where it is; undefined when it was understood and let go. */
  readonly reason?: string;
}

/** A run of the reconciler tries so many entries again, so that a fault that is over needs nobody's attention. */
const ENTRIES_A_RUN = 20;
const DAY_MS = 86_400_000;

/**
 * Tries some of what is in quarantine once more: all of it in a round of several runs, and a round again when the parser
 * has changed or a day is over. `isEmpty` says whether the quarantine is empty now.
 */
export async function replaySome(
  before: Checkpoint["replay"],
  services: MergeServices,
): Promise<{ isEmpty: boolean; round: Checkpoint["replay"] }> {
  const { quarantine, clock, remainingMs } = services;
  const nowMs = clock.now();
  const today = { parser: PARSER_VERSION, day: Math.floor(nowMs / DAY_MS) };
  const isOver = before !== undefined && before.upTo === undefined;
  const isSame = before?.parser === today.parser && before.day === today.day;
  if (isOver && isSame) return { isEmpty: await quarantine.isEmpty(nowMs), round: before };
  const { entries, next } = await quarantine.some(ENTRIES_A_RUN, isSame ? before.upTo : undefined, nowMs);
  let upTo = isSame ? before.upTo : undefined;
  for (const entry of entries) {
    // Those that there is no time for begin the next run.
    if (remainingMs() < MERGE_MS)
      return { isEmpty: false, round: upTo === undefined ? before : { ...today, upTo } };
    await replayOrLeave(entry, services);
    upTo = String(entry.item.sk);
  }
  const round = next === undefined ? today : { ...today, upTo: next };
  return { isEmpty: await quarantine.isEmpty(nowMs), round };
}

/** An entry that fails for good stays where it is, and ends no run, whose work is another. */
async function replayOrLeave(entry: QuarantinedItem, services: MergeServices): Promise<void> {
  try {
    await replay(entry, services);
  } catch (error) {
    if (isTransient(error)) throw error;
  }
}

/**
 * Tries once more to read what is in quarantine, say with a newer version of the parser. What is news is landed in the
 * log of its source and merged; the entry is let go when all of it was understood. May be repeated.
 */
export async function replay(entry: QuarantinedItem, services: MergeServices): Promise<Replayed> {
  const { quarantine, archive, clock } = services;
  const content = await readAgain(await quarantine.load(entry), sourceNamed(entry.source));
  const texts = new Map(content.records.map((record, n) => [record, content.texts[n] ?? ""]));
  const nowMs = clock.now();
  const compared = await archive.compare(content.records.filter((record) => archive.keeps(record, nowMs)));
  const news = compared.filter(({ outcome }) => outcome !== "known");
  // A page that was set aside whole may have reached the archive and not its readers: they are given what they do not have.
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

/** Lands and merges these texts; gives how many of them the archive did not take, or there was no time for. */
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
