import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { parseStored } from "../runtime/stored.ts";
import { type HashedSecret, hashedSecret } from "./credentials.ts";
import { RecentValues } from "./recent.ts";

/*
 * For `npm run clients`:
 *   add     newSecret() of credentials.ts, then save({ id, name, salt, hash, untilMs?, channels?, ... })
 *   rotate  newSecret(), then save(rotated(await read(id), { salt, hash }, Date.now(), overlapMs))
 *   list    list(), isOver(client, Date.now()), and RateLimiter.lastUsedMs(id) of rate.ts
 *   revoke  revoke(id)
 */

export const CLIENT_PARTITION = "client";
const REMEMBERED_MS = 30_000;
const MOST_REMEMBERED = 1_000;
/** Of those who are nobody more are remembered, and apart: whoever guesses must not push out those who are somebody. */
const MOST_UNKNOWN_REMEMBERED = 10_000;
/** Every id that `npm run clients` gives is like this; any other is nobody's, without asking the table. */
const ID = /^[\w.@-]{1,128}$/;

/** A client as the table holds it: its secrets only as salted hashes. */
export const storedClient = v.object({
  /** Of a Basic client its user name; of an App client the part of its key before the dash. */
  id: v.string(),
  name: v.string(),
  ...hashedSecret.entries,
  /** After a rotation: the secret before, and until when (milliseconds since 1970) it is taken, too. */
  previous: v.optional(v.object({ ...hashedSecret.entries, untilMs: v.number() })),
  /** The client's own end, in milliseconds since 1970; undefined: none. */
  untilMs: v.optional(v.number()),
  channels: v.optional(v.array(v.string())),
  senders: v.optional(v.array(v.string())),
  isTextHidden: v.optional(v.boolean(), false),
  isAdmin: v.optional(v.boolean()),
  perMinute: v.optional(v.number()),
  burst: v.optional(v.number()),
});
const stored = v.object({ ...storedClient.entries, v: v.literal(1) });
export type StoredClient = v.InferOutput<typeof storedClient>;

/** Has this client's time ended? From that moment on it is refused like one that is unknown. */
export function isOver({ untilMs }: Pick<StoredClient, "untilMs">, nowMs: number): boolean {
  return untilMs !== undefined && untilMs <= nowMs;
}

/**
 * The client with a new secret beside its present one, which is taken for `overlapMs` more. One that is still in its
 * overlap from an earlier rotation ends at once: there are never more than two.
 */
export function rotated(
  client: StoredClient,
  { salt, hash }: HashedSecret,
  nowMs: number,
  overlapMs: number,
): StoredClient {
  const { previous: _, ...same } = client;
  const previous = { salt: client.salt, hash: client.hash, untilMs: nowMs + overlapMs };
  return { ...same, salt, hash, ...(overlapMs > 0 ? { previous } : {}) };
}

/** Finds the clients that may query, which are items of the table. */
export class ClientFinder {
  protected readonly db: Database;
  readonly #now: () => number;
  readonly #known: RecentValues<StoredClient>;
  readonly #unknown: RecentValues<true>;

  constructor(db: Database, now: () => number) {
    this.db = db;
    this.#now = now;
    this.#known = new RecentValues(MOST_REMEMBERED, REMEMBERED_MS);
    this.#unknown = new RecentValues(MOST_UNKNOWN_REMEMBERED, REMEMBERED_MS);
  }

  /** A client by its id, at most half a minute old: that is how long a revoked one may still ask. */
  async find(id: string): Promise<StoredClient | undefined> {
    if (!ID.test(id) || this.#unknown.get(id, this.#now())) return undefined;
    const remembered = this.#known.get(id, this.#now());
    if (remembered) return remembered;
    const client = await this.read(id);
    if (client) this.#known.set(id, client, this.#now());
    else this.#unknown.set(id, true, this.#now());
    return client;
  }

  /** A client as the table holds it now; undefined as well when what is there is no client. */
  async read(id: string): Promise<StoredClient | undefined> {
    const { Item } = await this.db.client.send(
      new GetCommand({ TableName: this.db.table, Key: { pk: CLIENT_PARTITION, sk: id } }),
    );
    return parseClient(Item);
  }
}

/** Makes, changes and lists them, which only people do: what answers queries does not load it. */
export class Clients extends ClientFinder {
  async save(client: v.InferInput<typeof storedClient>): Promise<void> {
    const Item = { pk: CLIENT_PARTITION, sk: client.id, ...client, v: 1 };
    await this.db.client.send(new PutCommand({ TableName: this.db.table, Item }));
  }

  async revoke(id: string): Promise<void> {
    await this.db.client.send(
      new DeleteCommand({ TableName: this.db.table, Key: { pk: CLIENT_PARTITION, sk: id } }),
    );
  }

  /** All of them, by id; what is no client is left out. */
  async *list(): AsyncGenerator<StoredClient> {
    const items = queryAll(this.db, {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": CLIENT_PARTITION },
    });
    for await (const item of items) {
      const client = parseClient(item);
      if (client) yield client;
    }
  }
}

/** Throws OtherFormatError for a client that another version made: it must not be told that it is none. */
function parseClient(item: unknown): StoredClient | undefined {
  if (item === undefined) return undefined;
  try {
    const { v: _, ...client } = parseStored(stored, item);
    return client;
  } catch (error) {
    if (error instanceof v.ValiError) return undefined;
    throw error;
  }
}
