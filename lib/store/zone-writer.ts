import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { type Database, isConditionFailure } from "../runtime/dynamodb.ts";
import { ATTRIBUTES } from "./keys.ts";
import {
  DENSE_TOKEN,
  letter,
  MORE_PAIRS,
  MOST_PAIRS_TOGETHER,
  missingMembers,
  type ZoneKey,
  type ZoneNeed,
  zoneKeys,
} from "./zones.ts";

/** Zones are kept a while longer than their records, so that their expiry need not be moved with every record. */
const SLACK_SECONDS = 30 * 24 * 3600;
/** A warm Lambda remembers what is in the zones it wrote; past this many it starts afresh. */
const MOST_REMEMBERED = 2_000;
/** A quarter with so many members holds at least a fifth as many records: its minutes are worth reading. */
const DENSE_MEMBERS = 150;
const CONCURRENCY = 24;

interface Zone {
  readonly members: Set<string>;
  expiresAt: number;
}

/** Keeps the zone map: makes sure that zones hold what records about to be written call for, and lives long enough. */
export class ZoneWriter {
  readonly #db: Database;
  readonly #remembered = new Map<string, Zone>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Returns when every zone holds its members. Reads a zone once, then writes only what it lacks. */
  async ensure(needs: Iterable<ZoneNeed>): Promise<void> {
    if (this.#remembered.size > MOST_REMEMBERED) this.#remembered.clear();
    const parts = await pMap(needs, (need) => this.#spread(need), { concurrency: CONCURRENCY });
    await pMap(parts.flat(), (need) => this.#ensureZone(need), { concurrency: CONCURRENCY });
  }

  /** Where the pairs of a day are too many for one item, what they call for is in several. */
  async #spread(need: ZoneNeed): Promise<ZoneNeed[]> {
    const { key, members, expiresAt } = need;
    if (key.sk !== "pairs") return [need];
    const present = (await this.#zone(key)).members;
    const missing = [...members].filter((pair) => !present.has(pair));
    if (present.size + missing.length <= MOST_PAIRS_TOGETHER) return [need];
    const day = key.pk.slice("zone#".length);
    const more = Map.groupBy(missing, (pair) => zoneKeys.morePairs(day, pair).sk);
    const parts = [...more.values()].map((pairs) => ({
      ...{ key: zoneKeys.morePairs(day, pairs[0] ?? ""), members: new Set(pairs), expiresAt },
    }));
    return [{ key, members: new Set([MORE_PAIRS]), expiresAt }, ...parts];
  }

  async #ensureZone(need: ZoneNeed): Promise<void> {
    const { key, expiresAt } = need;
    const zone = await this.#zone(key);
    const missing = missingMembers(need, zone.members);
    if (missing.length > 0) await this.#add(key, zone, missing, expiresAt);
    if (zone.expiresAt < expiresAt) await this.#extend(key, zone, expiresAt + SLACK_SECONDS);
    if (key.pk.includes("T") && zone.members.size >= DENSE_MEMBERS) await this.#markDense(key, expiresAt);
  }

  async #zone(key: ZoneKey): Promise<Zone> {
    const id = `${key.pk} ${key.sk}`;
    const remembered = this.#remembered.get(id);
    if (remembered) return remembered;
    const { Item } = await this.#db.client.send(
      new GetCommand({ TableName: this.#db.table, Key: key, ConsistentRead: true }),
    );
    const zone: Zone = { members: membersOf(Item), expiresAt: Number(Item?.[ATTRIBUTES.expiresAt] ?? 0) };
    this.#remembered.set(id, zone);
    return zone;
  }

  async #add(key: ZoneKey, zone: Zone, missing: string[], expiresAt: number): Promise<void> {
    const { Attributes } = await this.#db.client.send(
      new UpdateCommand({
        TableName: this.#db.table,
        Key: key,
        UpdateExpression: "ADD #members :missing SET #expiresAt = if_not_exists(#expiresAt, :expiresAt)",
        ExpressionAttributeNames: { "#members": "m", "#expiresAt": ATTRIBUTES.expiresAt },
        ExpressionAttributeValues: { ":missing": new Set(missing), ":expiresAt": expiresAt + SLACK_SECONDS },
        ReturnValues: "UPDATED_NEW",
      }),
    );
    for (const member of membersOf(Attributes)) zone.members.add(member);
    zone.expiresAt = Number(Attributes?.[ATTRIBUTES.expiresAt] ?? 0);
  }

  /** Moves a zone's expiry forward, never back, whoever else moves it at the same time. */
  async #extend(key: ZoneKey, zone: Zone, expiresAt: number): Promise<void> {
    try {
      await this.#db.client.send(
        new UpdateCommand({
          TableName: this.#db.table,
          Key: key,
          UpdateExpression: "SET #expiresAt = :expiresAt",
          ConditionExpression: "attribute_not_exists(#expiresAt) OR #expiresAt < :expiresAt",
          ExpressionAttributeNames: { "#expiresAt": ATTRIBUTES.expiresAt },
          ExpressionAttributeValues: { ":expiresAt": expiresAt },
        }),
      );
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
    }
    zone.expiresAt = expiresAt;
  }

  async #markDense(quarter: ZoneKey, expiresAt: number): Promise<void> {
    const [day = "", time = ""] = quarter.pk.slice("zone#".length).split("T");
    const members = new Set([letter(Number(time.slice(0, 2))) + DENSE_TOKEN]);
    await this.#ensureZone({ key: zoneKeys.values(day), members, expiresAt });
  }
}

/** The members of a zone item; none when there is no item. */
export function membersOf(item: Record<string, unknown> | undefined): Set<string> {
  return item?.m instanceof Set ? (item.m as Set<string>) : new Set();
}
