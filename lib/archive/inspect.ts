import { systemClock } from "../runtime/clock.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { type Block, blockPartition } from "./block.ts";
import type { Catalog } from "./catalog.ts";
import type { Version } from "./codec.ts";
import { parseBlocks } from "./day-format.ts";
import { inEach, readBlocks, refsHolding } from "./lookup.ts";
import { freshRefs, IndexReader } from "./search/index-reader.ts";
import { Budget, Reader } from "./search/reader.ts";
import { messageTerm, recipientTerm } from "./terms.ts";

const HOUR_MS = 3_600_000;

/** What to describe: one of the three. */
interface Subject {
  readonly message?: string | undefined;
  readonly recipient?: string | undefined;
  readonly hour?: string | undefined;
}

/**
 * Describes in words each block that contains something about a message, a recipient or an hour of sending (UTC,
 * yyyy-mm-ddThh).
 */
export async function* blockSummaries(
  db: Database,
  catalog: Catalog,
  { message, recipient, hour }: Subject,
): AsyncGenerator<string> {
  if (hour !== undefined) {
    yield* summariesOfHour(db, hour);
    return;
  }
  const reader = new Reader(
    db,
    new Budget({ units: Infinity, timeoutMs: Infinity }, systemClock.now),
    systemClock,
  );
  const index = new IndexReader(reader, catalog, systemClock.now());
  const term = message === undefined ? recipientTerm(recipient ?? "") : messageTerm(message);
  const settled = await refsHolding(inEach(catalog.runs, [term]), index.get);
  const fresh = freshRefs(await index.freshIds(), [term]);
  const isMeant = ({ record }: Version) =>
    message === undefined ? record.to === recipient : record.messageId === message;
  for (const [name, refs] of Object.entries({ settled, "not settled yet": fresh })) {
    for (const block of await readBlocks(refs, index.get)) {
      const meant = block.versions.filter(isMeant);
      if (meant.length > 0) yield `${described(block)}, ${name}:`;
      for (const { text } of meant) yield `  ${text}`;
    }
  }
}

async function* summariesOfHour(db: Database, hour: string): AsyncGenerator<string> {
  const startMs = Date.parse(`${hour}:00:00Z`);
  const query = {
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": blockPartition(hour.slice(0, 10)) },
  };
  for await (const item of queryAll(db, query)) {
    const [block] = parseBlocks([item]);
    if (block && block.newestMs >= startMs && block.oldestMs < startMs + HOUR_MS) yield described(block);
  }
}

function described({ key, newestMs, oldestMs, versions }: Block): string {
  const [from, until] = [oldestMs, newestMs].map((ms) => new Date(ms).toISOString());
  return `block ${key.sk} of ${key.pk}: ${versions.length} records sent ${from} to ${until}`;
}
