import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as v from "valibot";
import { getAll, putAll } from "../../runtime/batch.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Database } from "../../runtime/dynamodb.ts";
import { hourName, momentOfHour } from "../periods.ts";
import { CAMPAIGN_MARGIN } from "./campaigns.ts";
import type { Baseline, Usual } from "./past.ts";
import { floorTo, HOUR_MS } from "./past-hours.ts";
import { nameOf, type Segment } from "./segment.ts";

/**
 * What is usual in an hour, of every segment that has a history; learned once a day for the hours to come:
 *
 *     pk usual   sk 2026-11-25T10   d  deflated JSON: [[name, wait, messages, least, shares, spend] …]   v 1   e two days after
 *
 * `shares`: for each kind the share, its scatter (clump, long), and what is allowed to a campaign; `spend`: by currency usual, most and each.
 */
export const USUAL_PARTITION = "usual";
const KEPT_SECONDS = 48 * 3_600;

/** The last element is missing in what an earlier version stored. */
const share = v.tuple([v.number(), v.number(), v.number(), v.optional(v.number(), CAMPAIGN_MARGIN)]);
const row = v.tuple([
  v.string(),
  v.number(),
  v.number(),
  v.number(),
  v.tuple([share, share, share]),
  v.record(v.string(), v.tuple([v.number(), v.number(), v.number()])),
]);
const stored = v.object({ sk: v.string(), d: v.instance(Uint8Array), v: v.literal(1) });
type UsualRow = v.InferOutput<typeof row>;

export type Usuals = ReadonlyMap<
  number,
  ReadonlyMap<string, { readonly waitMs: number; readonly usual: Usual }>
>;

/** Stores what is usual in these hours. */
export async function putUsuals(
  db: Database,
  hours: readonly number[],
  baselines: readonly { segment: Segment; baseline: Baseline }[],
  clock: Clock,
): Promise<void> {
  const items = hours.map((hourMs) => {
    const rows = baselines.map(({ segment, baseline }) =>
      rowOf(nameOf(segment), baseline.waitMs, baseline.at(hourMs)),
    );
    const d = deflateRawSync(JSON.stringify(rows));
    return { pk: USUAL_PARTITION, sk: hourName(hourMs), d, v: 1, e: hourMs / 1_000 + KEPT_SECONDS };
  });
  await putAll(db, items, clock);
}

/** What is usual in these hours; hours that have not been learned are left out. */
export async function readUsuals(db: Database, hours: readonly number[], clock: Clock): Promise<Usuals> {
  const keys = hours.map((hourMs) => ({ pk: USUAL_PARTITION, sk: hourName(hourMs) }));
  const items = (await getAll(db, keys, clock)).map((item) => v.parse(stored, item));
  return new Map(
    items.map(({ sk, d }) => {
      const rows = v.parse(v.array(row), JSON.parse(inflateRawSync(d).toString("utf8")));
      return [momentOfHour(sk), new Map(rows.map((one) => [one[0], usualOf(one)]))] as const;
    }),
  );
}

/** The baseline of a segment, from what is stored by hour; undefined if this very hour is missing. */
export function baselineAmong(usuals: Usuals, name: string, nowMs: number): Baseline | undefined {
  const now = usuals.get(floorTo(nowMs, HOUR_MS))?.get(name);
  if (!now) return undefined;
  return {
    waitMs: now.waitMs,
    at: (hourMs) => usuals.get(floorTo(hourMs, HOUR_MS))?.get(name)?.usual ?? now.usual,
  };
}

const short = (value: number) => Number(value.toPrecision(5));

function rowOf(name: string, waitMs: number, { shares, messages, leastMessages, spend }: Usual): UsualRow {
  const of = ({ share, scatter, campaign }: Usual["shares"]["SLOW"]): UsualRow[4][0] => [
    short(share),
    short(scatter.clump),
    short(scatter.long),
    short(campaign),
  ];
  const money = Object.entries(spend).map(
    ([currency, { usual, most, each }]) => [currency, [short(usual), short(most), short(each)]] as const,
  );
  return [
    ...([name, waitMs, short(messages), short(leastMessages)] as const),
    [of(shares.DELIVERY), of(shares.SLOW), of(shares.REJECTED)],
    Object.fromEntries(money) as UsualRow[5],
  ];
}

function usualOf([, waitMs, messages, leastMessages, [delivery, slow, rejected], money]: UsualRow) {
  const of = ([share, clump, long, campaign]: UsualRow[4][0]) => ({
    ...{ share, campaign },
    scatter: { clump, long },
  });
  const spend = Object.entries(money).map(
    ([currency, [usual, most, each]]) => [currency, { usual, most, each }] as const,
  );
  const shares = { DELIVERY: of(delivery), SLOW: of(slow), REJECTED: of(rejected) };
  return { waitMs, usual: { shares, messages, leastMessages, spend: Object.fromEntries(spend) } };
}
