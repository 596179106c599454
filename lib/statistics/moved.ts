import type { Catalog } from "../archive/catalog.ts";
import { inEach, readBlocks, refsHolding } from "../archive/lookup.ts";
import { movedKey, parseSet } from "../archive/run.ts";
import { allMessages, freshRefs, type IndexReader } from "../archive/search/index-reader.ts";
import type { Reader } from "../archive/search/reader.ts";
import { messageTerm } from "../archive/terms.ts";
import { epochMsOf } from "../message/record.ts";
import { hourOf } from "./periods.ts";
import type { State } from "./state.ts";

/**
 * The hours with messages whose reports disagree about when they were sent, as far as settling has found them since the
 * last call; and the runs that this call covers.
 */
export async function movedHours(
  { runs }: Catalog,
  { seen }: Pick<State, "seen">,
  { index, reader }: { index: IndexReader; reader: Reader },
): Promise<{ hours: Set<number>; seen: Set<string> }> {
  const moving = runs.filter((run) => run.moved > 0);
  const fresh = moving.filter(({ id }) => !seen.has(id));
  const hours = new Set<number>();
  if (fresh.length > 0) {
    const terms = new Set((await index.get(fresh.map(({ id }) => movedKey(id)))).flatMap(parseSet));
    const [settled, unsettled] = await Promise.all([
      refsHolding(inEach(index.runs, [...terms]), index.get),
      // Includes settled pages: a cube may have counted messages there that settling has moved elsewhere.
      allMessages(reader).then((pages) => freshRefs(pages, [...terms])),
    ]);
    for (const { versions } of await readBlocks([...settled, ...unsettled], index.get))
      for (const { record } of versions)
        if (terms.has(messageTerm(record.messageId))) hours.add(hourOf(epochMsOf(record.sentAt)));
  }
  return { hours, seen: new Set(moving.map(({ id }) => id)) };
}
