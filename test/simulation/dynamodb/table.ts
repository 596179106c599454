import { invalid } from "./errors.ts";
import { Partition } from "./partition.ts";
import { type Item, isSame, sizeOfItem } from "./values.ts";

export interface IndexShape {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

/** A table's keys, all of them strings. */
export interface TableShape {
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly timeToLive: string;
  readonly indexes: readonly IndexShape[];
}

export interface Key {
  readonly partition: string;
  readonly sort: string;
}

/** Told of each item that is written or (`after` is undefined) deleted. */
export type Watcher = (change: {
  key: Key;
  before: Item | undefined;
  after: Item | undefined;
  isExpiry: boolean;
  /** Whose command it is. */
  by: string;
}) => void;

const MOST_ITEM_BYTES = 400 * 1024;
/** Comes before whatever a key holds: entries of an index are in the order of its sort key, then of the table's keys. */
const SEPARATOR = "\u0000";

/** The items of a table and of its indexes, which project everything. Time is an argument. */
export class Table {
  readonly shape: TableShape;
  readonly #partitions = new Map<string, Partition>();
  readonly #indexes = new Map<string, Map<string, Partition>>();
  readonly #expiring = new Map<string, { readonly key: Key; readonly expiresAt: number }>();
  readonly watchers: Watcher[] = [];
  /** Who is at work: set by whoever carries out a command. */
  by = "nobody";

  constructor(shape: TableShape) {
    this.shape = shape;
    for (const { name } of shape.indexes) this.#indexes.set(name, new Map());
  }

  keyOf(item: Readonly<Record<string, unknown>>): Key {
    const { partitionKey, sortKey } = this.shape;
    const [partition, sort] = [item[partitionKey], item[sortKey]];
    if (typeof partition !== "string" || typeof sort !== "string")
      throw invalid("One or more parameter values were invalid: a key is missing or of another type");
    if (partition === "" || sort === "") throw invalid("an AttributeValue for a key cannot be empty");
    if (isLonger(partition, 2048) || isLonger(sort, 1024)) throw invalid("Size of a key exceeds its limit");
    return { partition, sort };
  }

  /** A key that is nothing but a key. */
  exactKeyOf(key: Readonly<Record<string, unknown>>): Key {
    if (Object.keys(key).length !== 2) throw invalid("The provided key element does not match the schema");
    return this.keyOf(key);
  }

  get({ partition, sort }: Key, nowMs: number, lagMs = 0): Item | undefined {
    return this.#partitions.get(partition)?.get(sort, nowMs, lagMs);
  }

  /** Checks what DynamoDB would refuse of an item, without writing it. */
  check(item: Item): void {
    this.keyOf(item);
    if (sizeOfItem(item) > MOST_ITEM_BYTES) throw invalid("Item size has exceeded the maximum allowed size");
    for (const { partitionKey, sortKey } of this.shape.indexes) {
      for (const [name, most] of [
        [partitionKey, 2048],
        [sortKey, 1024],
      ] as const) {
        const value = item[name];
        if (value === undefined) continue;
        if (typeof value !== "string" || value === "" || isLonger(value, most))
          throw invalid(`a key of an index is not as it must be: ${name}`);
      }
    }
  }

  /** `after` has been checked. */
  write(key: Key, after: Item | undefined, nowMs: number, isExpiry = false): void {
    const { partition, sort } = key;
    const before = this.get(key, nowMs);
    partitionIn(this.#partitions, partition).put(sort, after, nowMs);
    for (const index of this.shape.indexes) this.#writeIndex(index, key, before, after, nowMs);
    const id = `${partition.length} ${partition}${sort}`;
    const expiresAt = after?.[this.shape.timeToLive];
    if (typeof expiresAt === "number") this.#expiring.set(id, { key, expiresAt });
    else this.#expiring.delete(id);
    for (const watch of this.watchers) watch({ key, before, after, isExpiry, by: this.by });
  }

  partition(index: string | undefined, key: string): Partition | undefined {
    return index === undefined ? this.#partitions.get(key) : this.#indexes.get(index)?.get(key);
  }

  /** Deletes what has expired, where DynamoDB has come round to it: that may be days later. */
  expire(nowMs: number, isDue: (key: Key, overdueSeconds: number) => boolean): number {
    let count = 0;
    const expired = [...this.#expiring.values()].filter(({ expiresAt }) => expiresAt * 1000 < nowMs);
    for (const { key, expiresAt } of expired) {
      if (!isDue(key, nowMs / 1000 - expiresAt)) continue;
      this.write(key, undefined, nowMs, true);
      count++;
    }
    return count;
  }

  /** Every item, partition by partition, in an order that does not depend on that of the writes. */
  *all(nowMs: number): Generator<Item> {
    for (const name of [...this.#partitions.keys()].sort()) {
      for (const { item } of this.#partitions.get(name)?.range({}, true, nowMs, 0) ?? []) yield item;
    }
  }

  #writeIndex(
    { name, partitionKey, sortKey }: IndexShape,
    { partition, sort }: Key,
    before: Item | undefined,
    after: Item | undefined,
    nowMs: number,
  ): void {
    const [old, next] = [before, after].map((item) => {
      const [own, order] = [item?.[partitionKey], item?.[sortKey]];
      return typeof own === "string" && typeof order === "string" ? { own, order } : undefined;
    });
    const place = (order: string) => [order, partition, sort].join(SEPARATOR);
    const partitions = this.#indexes.get(name) ?? new Map<string, Partition>();
    if (old && !(next && isSame(old, next))) partitions.get(old.own)?.put(place(old.order), undefined, nowMs);
    if (!next) return;
    partitionIn(partitions, next.own).put(place(next.order), after, nowMs);
  }
}

/** Does it have more bytes? Three for a character at most, so most need not be counted. */
function isLonger(text: string, mostBytes: number): boolean {
  return 3 * text.length > mostBytes && Buffer.byteLength(text) > mostBytes;
}

/** The partition of that name, made where there is none yet. */
function partitionIn(partitions: Map<string, Partition>, name: string): Partition {
  const known = partitions.get(name);
  if (known) return known;
  const made = new Partition();
  partitions.set(name, made);
  return made;
}
