import { BatchGetCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { DATABASE_CONCURRENCY, type Database, isConditionFailure, isRefusal } from "../runtime/dynamodb.ts";
import { fromItem, type Item, toItem } from "./codec.ts";
import { ATTRIBUTES, recordPartition, shardOf } from "./keys.ts";
import { type Known, knownFrom, merge, precedenceOf } from "./merge.ts";
import { expiresAtSeconds, type MessageRecord, printRecord } from "./record.ts";
import { ZoneWriter } from "./zone-writer.ts";
import { zoneNeeds } from "./zones.ts";

/** What storing a record did to the archive: `advanced` its status is further on, `enriched` only fields were filled. */
export type Outcome = "inserted" | "advanced" | "enriched" | "unchanged";

export interface Stored {
  readonly record: MessageRecord;
  /** `refused`: DynamoDB does not take this record (too large), however often it is tried. */
  readonly outcome: Outcome | "refused";
}

export interface ArchiveSettings {
  readonly shards: number;
  readonly retentionHours: number;
}

const BATCH_GET_KEYS = 100;
const MOST_CONFLICTS = 20;

interface Found {
  readonly known: Known;
  readonly version: number;
}

/** The records of the table: stores what reports and logs tell, by the merge rule. */
export class Archive {
  readonly #db: Database;
  readonly #settings: ArchiveSettings;
  readonly #zones: ZoneWriter;
  readonly #random: () => number;

  constructor(db: Database, settings: ArchiveSettings, random: () => number = Math.random) {
    this.#db = db;
    this.#settings = settings;
    this.#zones = new ZoneWriter(db);
    this.#random = random;
  }

  /**
   * Merges these records into the archive and says what became of each message and channel. Doing it again, or from two
   * processes at once, changes nothing. Throws what DynamoDB throws when its retries are spent; then some records are
   * stored and some are not, and the whole call may be repeated.
   */
  async store(records: readonly MessageRecord[]): Promise<Stored[]> {
    const incoming = mergeById(records);
    const found = await this.#find([...incoming.values()]);
    const merged = [...incoming].map(([id, known]) => mergeInto(found.get(id), known));
    await this.#ensureZones(merged.filter(({ outcome }) => outcome !== "unchanged"));
    return pMap(merged, (change) => this.#write(change), { concurrency: DATABASE_CONCURRENCY });
  }

  async #find(wanted: readonly Known[]): Promise<Map<string, Found>> {
    const keys = wanted.map(({ record }) => keyOf(record));
    const chunks = Array.from({ length: Math.ceil(keys.length / BATCH_GET_KEYS) }, (_, i) =>
      keys.slice(i * BATCH_GET_KEYS, (i + 1) * BATCH_GET_KEYS),
    );
    const items = await pMap(chunks, (chunk) => this.#batchGet(chunk.map((key) => ({ ...key }))), {
      concurrency: 10,
    });
    return new Map(items.flat().map((item) => [idOf(item as unknown as Key), fromItem(item)]));
  }

  async #batchGet(keys: Item[]): Promise<Item[]> {
    const items: Item[] = [];
    for (let attempt = 0; keys.length > 0; attempt++) {
      if (attempt > 0) await this.#backoff(attempt);
      const answer = await this.#db.client.send(
        new BatchGetCommand({ RequestItems: { [this.#db.table]: { Keys: keys, ...PROJECTION } } }),
      );
      items.push(...(answer.Responses?.[this.#db.table] ?? []));
      keys = answer.UnprocessedKeys?.[this.#db.table]?.Keys ?? [];
      if (attempt > MOST_CONFLICTS) throw new Error("DynamoDB keeps leaving keys of a batch unprocessed");
    }
    return items;
  }

  async #ensureZones(changes: readonly Change[]): Promise<void> {
    const { shards, retentionHours } = this.#settings;
    const entries = changes.map(({ known: { record } }) => ({
      record,
      shard: shardOf(record.messageId, shards),
      expiresAt: expiresAtSeconds(record, retentionHours),
    }));
    await this.#zones.ensure(zoneNeeds(entries).values());
  }

  /** Writes a change if the item is still as it was read; else reads it again, merges again, and so on. */
  async #write(change: Change): Promise<Stored> {
    for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
      const { known, outcome, version } = change;
      if (outcome === "unchanged") return { record: known.record, outcome };
      try {
        await this.#put(known, version);
        return { record: known.record, outcome };
      } catch (error) {
        if (isRefusal(error)) return { record: known.record, outcome: "refused" };
        if (!isConditionFailure(error)) throw error;
      }
      if (attempt > 0) await this.#backoff(attempt);
      change = mergeInto(await this.#get(known.record), known);
      await this.#ensureZones(change.outcome === "unchanged" ? [] : [change]);
    }
    throw new Error("a record is being written by too many at once");
  }

  async #put(known: Known, version: number): Promise<void> {
    const isNew = version === 0;
    await this.#db.client.send(
      new PutCommand({
        TableName: this.#db.table,
        Item: toItem(known, version + 1, this.#settings),
        ConditionExpression: isNew ? "attribute_not_exists(pk)" : "#version = :version",
        ...(isNew
          ? {}
          : {
              ExpressionAttributeNames: { "#version": ATTRIBUTES.version },
              ExpressionAttributeValues: { ":version": version },
            }),
      }),
    );
  }

  async #get(record: MessageRecord): Promise<Found | undefined> {
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: keyOf(record), ConsistentRead: true }),
    );
    return Item ? fromItem(Item) : undefined;
  }

  #backoff(attempt: number): Promise<void> {
    const ms = this.#random() * Math.min(1_000, 20 * 2 ** attempt);
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

const PROJECTION = {
  ProjectionExpression: "pk, sk, #record, #lesser, #version",
  ExpressionAttributeNames: {
    "#record": ATTRIBUTES.record,
    "#lesser": ATTRIBUTES.lesser,
    "#version": ATTRIBUTES.version,
  },
};

interface Change {
  readonly known: Known;
  readonly outcome: Outcome;
  /** The version of the stored item that this replaces; 0 when there is none. */
  readonly version: number;
}

interface Key {
  readonly pk: string;
  readonly sk: string;
}

function keyOf(record: MessageRecord): Key {
  return { pk: recordPartition(record.messageId), sk: record.channel };
}

function idOf({ pk, sk }: Key): string {
  return `${pk}\u0000${sk}`;
}

function mergeById(records: readonly MessageRecord[]): Map<string, Known> {
  const byId = new Map<string, Known>();
  for (const record of records) {
    const id = idOf(keyOf(record));
    const other = byId.get(id);
    byId.set(id, other ? merge(other, knownFrom(record)) : knownFrom(record));
  }
  return byId;
}

function mergeInto(found: Found | undefined, incoming: Known): Change {
  if (!found) return { known: incoming, outcome: "inserted", version: 0 };
  const known = merge(found.known, incoming);
  return { known, outcome: outcomeOf(found.known, known), version: found.version };
}

function outcomeOf(before: Known, after: Known): Outcome {
  const [rank, doneAt] = precedenceOf(before);
  const [newRank, newDoneAt] = precedenceOf(after);
  if (newRank !== rank || newDoneAt !== doneAt) return "advanced";
  // Where only `lesser` differs (a later report confirms a field that an earlier one brought) there is nothing new to
  // serve, and yet it must be written: what comes next is weighed against it, and the order of arrival must not show.
  const isSame =
    printRecord(before.record) === printRecord(after.record) &&
    JSON.stringify([...before.lesser]) === JSON.stringify([...after.lesser]);
  return isSame ? "unchanged" : "enriched";
}
