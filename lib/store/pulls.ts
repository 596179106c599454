import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { formatMoment } from "../runtime/time.ts";
import { deleteBlob, loadBlob, storeBlob } from "./blob.ts";
import { ATTRIBUTES } from "./keys.ts";

/**
 * The pulls of a source that are not over. What a pull's item says is true at every moment, whatever dies when:
 *
 *     open     written before the request is sent: reports may have been taken that nobody holds
 *     landed   the same item, now with the answer's bytes: they are safe, and wait to be merged
 *     doubt    reports were, or may have been, taken and are not all merged: the reconciler must check the 48 hours
 *     (gone)   nothing was taken; or all of it is merged; or the reconciler has checked
 *
 * A process that dies leaves its item open, which counts as a doubt as soon as no pull can take that long.
 */
export interface Pull {
  readonly source: string;
  readonly id: string;
  readonly startedAtMs: number;
}

/** A page of which the bytes are safe. */
export interface LandedPage extends Pull {
  readonly item: Record<string, unknown>;
}

export interface Unfinished {
  readonly landed: readonly LandedPage[];
  readonly doubts: readonly Pull[];
}

/** No pull is open for longer: the client gives up on an answer well before. */
export const OPEN_AT_MOST_MS = 30_000;
/** After 48 hours there is nothing left to reconcile with; a doubt need not be remembered much longer. */
const DOUBT_KEPT_SECONDS = 72 * 3600;

const keyOf = (pull: Pull) => ({ pk: `pull#${pull.source}`, sk: pull.id });

/** The pulls that are not over, by source. */
export class Pulls {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Writes down that a pull is about to be sent. `unique` tells two pulls of the same millisecond apart. */
  async open(source: string, startedAtMs: number, unique: string): Promise<Pull> {
    const pull = { source, id: `${formatMoment(startedAtMs)}#${unique}`, startedAtMs };
    await this.#put(pull, { state: "open", ...forget(startedAtMs) });
    return pull;
  }

  /** Lands the answer of a pull: after this, nothing of it can be lost. */
  async land(pull: Pull, body: Uint8Array): Promise<LandedPage> {
    const blob = await storeBlob(this.#db, pageName(pull), body);
    const item = { state: "landed", bytes: body.length, ...blob };
    await this.#put(pull, item);
    return { ...pull, item };
  }

  /** The bytes of a landed page, as they came. */
  async load(page: LandedPage): Promise<Buffer> {
    return loadBlob(this.#db, pageName(page), page.item);
  }

  /** Hands a pull over to the reconciler. The bytes of its page are let go: what did not parse is in quarantine. */
  async doubt(pull: Pull | LandedPage): Promise<void> {
    await this.#put(pull, { state: "doubt", ...forget(pull.startedAtMs) });
    await this.#dropPieces(pull);
  }

  /** Forgets a pull that took nothing, or whose page is merged, or that is reconciled. */
  async close(pull: Pull | LandedPage): Promise<void> {
    await this.#db.client.send(new DeleteCommand({ TableName: this.#db.table, Key: keyOf(pull) }));
    await this.#dropPieces(pull);
  }

  /** What is left over of a source's pulls, the oldest first. */
  async unfinished(source: string, nowMs: number): Promise<Unfinished> {
    const landed: LandedPage[] = [];
    const doubts: Pull[] = [];
    const query = {
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": `pull#${source}` },
    };
    for await (const item of queryAll(this.#db, { ...query, ConsistentRead: true })) {
      const pull = { source, id: String(item.sk), startedAtMs: Number(item.startedAtMs) };
      if (item.state === "landed") landed.push({ ...pull, item });
      else if (item.state === "doubt" || pull.startedAtMs + OPEN_AT_MOST_MS < nowMs) doubts.push(pull);
    }
    return { landed, doubts };
  }

  async #put(pull: Pull, attributes: Record<string, unknown>): Promise<void> {
    const Item = { ...keyOf(pull), startedAtMs: pull.startedAtMs, ...attributes };
    await this.#db.client.send(new PutCommand({ TableName: this.#db.table, Item }));
  }

  async #dropPieces(pull: Pull | LandedPage): Promise<void> {
    if ("item" in pull) await deleteBlob(this.#db, pageName(pull), pull.item);
  }
}

function forget(startedAtMs: number): Record<string, number> {
  return { [ATTRIBUTES.expiresAt]: Math.ceil(startedAtMs / 1000) + DOUBT_KEPT_SECONDS };
}

/** The name of a page in logs, in quarantine and for its pieces. */
export function pageName(pull: Pull): string {
  return `${pull.source}#${pull.id}`;
}
