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
/** Unknown ids are cached separately, and up to a larger number: somebody who guesses must not evict real clients. */
const MOST_UNKNOWN_REMEMBERED = 10_000;
/** All ids that `npm run clients` gives out have this form. Others are refused without asking the table. */
const ID = /^[\w.@-]{1,128}$/;

/** A client as it is stored: secrets only as salted hashes. */
export const storedClient = v.object({
  /** The user name of a Basic client, or the part of an App client's key before the dash. */
  id: v.string(),
  name: v.string(),
  ...hashedSecret.entries,
  /** After a rotation: the previous secret, and until when (milliseconds since 1970) it is accepted as well. */
  previous: v.optional(v.object({ ...hashedSecret.entries, untilMs: v.number() })),
  /** When the client itself expires, in milliseconds since 1970; undefined: never. */
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

/** Has this client expired? From then on it is refused like an unknown one. */
export function isOver({ untilMs }: Pick<StoredClient, "untilMs">, nowMs: number): boolean {
  return untilMs !== undefined && untilMs <= nowMs;
}

/**
 * The client with a new secret besides its present one, which is accepted for another `overlapMs`. A secret from a
 * rotation before that expires at once: there are never more than two.
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

/** Finds clients in the table. */
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

  /** A client by its id, cached for at most half a minute: a revoked client may still ask for that long. */
  async find(id: string): Promise<StoredClient | undefined> {
    if (!ID.test(id) || this.#unknown.get(id, this.#now())) return undefined;
    const remembered = this.#known.get(id, this.#now());
    if (remembered) return remembered;
    const client = await this.read(id);
    if (client) this.#known.set(id, client, this.#now());
    else this.#unknown.set(id, true, this.#now());
    return client;
  }

  /** A client as it is stored now; undefined also if the item is not a valid client. */
  async read(id: string): Promise<StoredClient | undefined> {
    const { Item } = await this.db.client.send(
      new GetCommand({ TableName: this.db.table, Key: { pk: CLIENT_PARTITION, sk: id } }),
    );
    return parseClient(Item);
  }
}

/** Creates, changes and lists clients. Only people do this, so the query Lambda does not load it. */
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

  /** All clients, by id. Items that are not valid clients are left out. */
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

/** Throws OtherFormatError for a client that another version made: that client must not be told that it is unknown. */
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
