import type { Random } from "../../infra/local/imitation/random.ts";
import type { Filter } from "../../lib/archive/search/filters.ts";
import { type JsonObject, printJson } from "../../lib/message/json.ts";
import { epochMsOf, type MessageRecord } from "../../lib/message/record.ts";
import type { Clock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { eachCell } from "../../lib/statistics/cells.ts";
import { ALL } from "../../lib/statistics/cube-codec.ts";
import { gather } from "../../lib/statistics/gather.ts";
import { HOUR_MS, hourOf } from "../../lib/statistics/periods.ts";
import { plainly, randomFilter } from "./plain.ts";
import { searchPage } from "./stored-form.ts";
import type { Version } from "./version.ts";

const PLENTY = { units: 1e9, timeoutMs: 1e9 };
/** A walk of more pages than this shows nothing more. */
const MOST_WALKED = 6;
/** Of who reads a database that is always there, at once. */
const NEVER_WAITS = {
  sleep: () => Promise.reject(new Error("there is nothing to wait for")),
  random: () => 0,
};
const MOST_PAGES = 5_000;

/** Everything that a filter finds, page after page. Throws when the walk does not end. */
export async function walk(
  db: Database,
  filter: Filter,
  limit: number,
  now: () => number,
  limits = PLENTY,
  clock: Clock = { now, ...NEVER_WAITS },
  find?: Version["search"],
): Promise<MessageRecord[]> {
  const records: MessageRecord[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const found = await searchPage(
      db,
      { filter, limit, ...(after === undefined ? {} : { after }) },
      limits,
      clock,
      find,
    );
    records.push(...found.records);
    if (found.after === undefined) return records;
    after = found.after;
  }
  throw new Error("the walk does not end");
}

/** How answers to random queries differ from a plain filter over everything that is served, in words. */
export async function wrongAnswers(
  db: Database,
  served: readonly MessageRecord[],
  { random, now, queries }: { random: Random; now: () => number; queries: number },
): Promise<string[]> {
  const problems: string[] = [];
  if (served.length === 0) return problems;
  for (let n = 0; n < queries; n++) {
    const filter = randomFilter(random, served);
    const expected = plainly(served, filter).map(printed);
    const limits = n % 3 === 2 ? { units: random.pick([0.5, 2, 5]), timeoutMs: 1e9 } : PLENTY;
    const limit =
      n % 3 === 0 ? 1_000 : Math.max(random.pick([1, 2, 7]), Math.ceil(expected.length / MOST_WALKED));
    const found = (await walk(db, filter, limit, now, limits)).map(printed);
    const at = expected.findIndex((text, place) => text !== found[place]);
    if (at < 0 && found.length === expected.length) continue;
    const counts = `${found.length} instead of ${expected.length}`;
    problems.push(`a query for ${JSON.stringify(filter)} finds ${counts}, differing at ${at}`);
  }
  return problems;
}

const prints = new WeakMap<MessageRecord, string>();

/** As it is printed: once each, since every query's answer is compared so. */
function printed(record: MessageRecord): string {
  const known = prints.get(record);
  if (known !== undefined) return known;
  const text = printJson(record);
  prints.set(record, text);
  return text;
}

/** How the statistics differ from a plain count of everything that is served, by hour, channel and status; in words. */
export async function wrongStatistics(
  db: Database,
  served: readonly MessageRecord[],
  now: () => number,
): Promise<string[]> {
  const hours = served.map(({ sentAt }) => hourOf(epochMsOf(sentAt)));
  const sinceMs = hours.reduce((least, hourMs) => Math.min(least, hourMs), now());
  const asked = { sinceMs, untilMs: now() + HOUR_MS, grain: "hour", needs: ALL, looksAt: ANYTHING } as const;
  const told = new Map<string, number>();
  await gather(db, asked, PLENTY, now, (startMs, cells) => {
    for (const { channel, status, messages } of eachCell(cells))
      count(told, [startMs, channel, status], messages);
  });
  const expected = new Map<string, number>();
  for (const [n, { channel, status }] of served.entries())
    count(expected, [hours[n], channel, status.name ?? String(status.id ?? "")], 1);
  const keys = new Set([...told.keys(), ...expected.keys()]);
  return [...keys].flatMap((key) =>
    told.get(key) === expected.get(key)
      ? []
      : [`statistics tell ${told.get(key) ?? 0} instead of ${expected.get(key) ?? 0} of ${key}`],
  );
}

const ANYTHING = { senders: true, networks: true };

function count(counts: Map<string, number>, key: readonly unknown[], messages: number): void {
  const text = JSON.stringify(key);
  counts.set(text, (counts.get(text) ?? 0) + messages);
}

/** What is wrong with the order of an answer, or stands in it twice. */
export function disorder(served: readonly MessageRecord[]): string[] {
  const sorted = plainly(served, {}).map(printed);
  const isInOrder = served.every((record, n) => printed(record) === sorted[n]);
  return isInOrder ? [] : ["the answers are not in order"];
}

/** The records as the API prints them. */
export function asJson(records: readonly MessageRecord[]): JsonObject[] {
  return records.map((record): JsonObject => record);
}
