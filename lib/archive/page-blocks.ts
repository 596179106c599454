import { getAll } from "../runtime/batch.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Database } from "../runtime/dynamodb.ts";
import { parseBlock } from "./block.ts";
import { keyOfRef } from "./block-ref.ts";
import type { Version } from "./codec.ts";
import { type FreshPage, freshKeys } from "./fresh.ts";
import type { Key } from "./keys.ts";
import { Messages } from "./lookup.ts";
import { Moments, type Moved } from "./moments.ts";

/** The content of the blocks of fresh pages. */
export interface PageBlocks {
  /** The pages of which every block exists. */
  readonly pages: ReadonlySet<FreshPage>;
  /** What is known about each message. */
  readonly versions: readonly Version[];
  readonly moved: readonly Moved[];
}

/** Reads the blocks of pages. A page whose blocks do not all exist yet is left to the process that is appending it. */
export async function readPages(
  ready: readonly FreshPage[],
  db: Database,
  clock: Clock,
): Promise<PageBlocks> {
  const keys = new Map(ready.flatMap(({ refs }) => refs.map(keyOfRef)).map((key) => [nameOf(key), key]));
  const items = await getAll(db, [...keys.values()], clock, { consistent: true });
  const blocks = new Map(items.map(parseBlock).map((block) => [nameOf(block.key), block]));
  const pages = new Set(ready.filter(({ refs }) => refs.every((ref) => blocks.has(nameOf(keyOfRef(ref))))));
  const messages = new Messages();
  const moments = new Moments();
  for (const { refs } of pages) {
    for (const version of refs.flatMap((ref) => blocks.get(nameOf(keyOfRef(ref)))?.versions ?? [])) {
      messages.add(version);
      moments.add(version);
    }
  }
  return { pages, moved: moments.moved(), versions: messages.values() };
}

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

/** The items that nobody needs once these pages are settled. */
export function replacedKeys(pages: ReadonlySet<FreshPage>): Key[] {
  const keys = [...pages].flatMap((page) => [...freshKeys(page), ...page.refs.map(keyOfRef)]);
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}
