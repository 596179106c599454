import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Database, isConditionFailure, queryAll } from "../runtime/dynamodb.ts";
import { sha256 } from "../runtime/hash.ts";
import { EXPIRES_AT } from "../runtime/table.ts";

/**
 * Who is signed in to the console:
 *
 *     session     <SHA-256 of the token>     whose it is, what has let it in, from when until when
 *
 * The token is 256 random bits that only the browser has: whoever reads the table can take no session over. Nor can what let
 * it in be guessed from here, since its proof is keyed with the token.
 */
export const SESSION_PARTITION = "session";

/** The longest life of a session, in milliseconds, whatever its activity. */
export const SESSION_MS = 12 * 3_600_000;
const TOKEN = /^[\w-]{43}$/;

/**
 * What a client signed in with. Its sessions end when it does: a `user:password` pair, or one of a stored client's
 * secrets.
 */
export interface Credential {
  readonly by: "pair" | "stored";
  /** The pair; or the salt and the hash of the secret. */
  readonly text: string;
}

const VERSION = 1;
const storedSession = v.object({
  sk: v.string(),
  /** The client's id. Its rights are looked up afresh for each request. */
  client: v.string(),
  by: v.picklist(["pair", "stored"]),
  proof: v.string(),
  startedMs: v.number(),
  untilMs: v.number(),
  endedMs: v.optional(v.number()),
  v: v.literal(VERSION),
});
export type Session = v.InferOutput<typeof storedSession>;

/** A new session's token: URL-safe base64 of 32 random bytes. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Is this the credential with which the session of this token began? */
export function isProof({ proof, by }: Session, token: string, credential: Credential): boolean {
  const expected = Buffer.from(proofOf(token, credential), "hex");
  const given = Buffer.from(proof, "hex");
  return by === credential.by && given.length === expected.length && timingSafeEqual(given, expected);
}

/** Is a session over at this moment, because its time is up or because it was ended? */
export function isEnded({ untilMs, endedMs }: Session, nowMs: number): boolean {
  return endedMs !== undefined || untilMs <= nowMs;
}

/** The sessions of all clients. Only updates are used, since the endpoint has no right to put or delete. */
export class Sessions {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Starts a session with a token that nobody has had before. */
  async begin(token: string, client: string, credential: Credential, nowMs: number): Promise<Session> {
    const session = {
      client,
      by: credential.by,
      proof: proofOf(token, credential),
      startedMs: nowMs,
      untilMs: nowMs + SESSION_MS,
      v: VERSION,
    } as const;
    await this.#update(sha256(token), "attribute_not_exists(pk)", {
      ...session,
      [EXPIRES_AT]: Math.ceil(session.untilMs / 1000),
    });
    return { sk: sha256(token), ...session };
  }

  /** The open session of a token. Read consistently, so that a session that was just ended is refused everywhere. */
  async find(token: string, nowMs: number): Promise<Session | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const { Item } = await this.#db.client.send(
      new GetCommand({
        TableName: this.#db.table,
        Key: { pk: SESSION_PARTITION, sk: sha256(token) },
        ConsistentRead: true,
      }),
    );
    const session = parse(Item);
    return session && !isEnded(session, nowMs) ? session : undefined;
  }

  /** Ends the session of a token, if there is one. */
  async endToken(token: string, nowMs: number): Promise<void> {
    if (TOKEN.test(token)) await this.end(sha256(token), nowMs);
  }

  /** Ends a session by its key in the table, if there is one. May be repeated. */
  async end(sk: string, nowMs: number): Promise<void> {
    try {
      await this.#update(sk, "attribute_exists(pk) AND attribute_not_exists(endedMs)", { endedMs: nowMs });
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
  }

  /** The sessions that are open now. */
  async *open(nowMs: number): AsyncGenerator<Session> {
    const query = {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": SESSION_PARTITION },
    };
    for await (const item of queryAll(this.#db, query)) {
      const session = parse(item);
      if (session && !isEnded(session, nowMs)) yield session;
    }
  }

  async #update(sk: string, condition: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(values);
    await this.#db.client.send(
      new UpdateCommand({
        TableName: this.#db.table,
        Key: { pk: SESSION_PARTITION, sk },
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    );
  }
}

/** An invalid item opens nothing. */
function parse(item: unknown): Session | undefined {
  const result = v.safeParse(storedSession, item);
  return result.success ? result.output : undefined;
}

function proofOf(token: string, { by, text }: Credential): string {
  return createHmac("sha256", token).update(`${by} ${text}`).digest("hex");
}
