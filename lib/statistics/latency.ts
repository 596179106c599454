/**
 * How long messages took, as counts in buckets, so that sums are exact and independent of their order. A bucket is a
 * range of whole milliseconds: below 50 ms one each, then growing by 4 %, so that values are precise to 2 %. Infobip's
 * own time buckets begin and end at boundaries of ours, and so do the first five seconds.
 */
export type Times = ReadonlyMap<number, number>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Infobip's buckets (OpenAPI 3.210.0, metrics-api, TimeBucket): each from its moment up to the next one's. */
export const TIME_TO_DELIVER: readonly (readonly [name: string, fromMs: number])[] = [
  ...[0, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50].map((n) => [`SECONDS_${n}`, n * SECOND] as const),
  ...[1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 45].map((n) => [`MINUTES_${n}`, n * MINUTE] as const),
  ...[1, 6, 12, 18].map((n) => [`HOURS_${n}`, n * HOUR] as const),
  ...[1, 2, 3].map((n) => [`DAYS_${n}`, n * DAY] as const),
];

const WITHIN_MS = 5 * SECOND;
/** Longer times count as this. */
const LONGEST_MS = 400 * DAY;

/** The first millisecond of each bucket. Part of the stored format: never change it, make another version instead. */
const EDGES: readonly number[] = edges();
/** The number of buckets, and the first one for times above five seconds. */
export const BUCKETS = EDGES.length;
const AFTER_FIVE = EDGES.indexOf(WITHIN_MS + 1);

function edges(): number[] {
  const all = new Set<number>(TIME_TO_DELIVER.map(([, fromMs]) => fromMs));
  all.add(WITHIN_MS + 1);
  for (let at = 0; at <= LONGEST_MS; at += Math.max(1, Math.floor(at / 25))) all.add(at);
  return [...all].sort((a, b) => a - b);
}

/** The bucket of a time. Negative times (doneAt before sentAt, because of two clocks) count as 0. */
export function latencyBucketOf(ms: number): number {
  let [low, high] = [0, EDGES.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((EDGES[middle] ?? 0) <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Times as an array with a place for each bucket, for results that need all of them. */
export function bucketArray(times: Iterable<readonly [bucket: number, count: number]>): Float64Array {
  const places = new Float64Array(BUCKETS);
  for (const [bucket, n] of times) places[bucket] = (places[bucket] ?? 0) + n;
  return places;
}

/** How many took at most five seconds. */
export function withinFive(places: Float64Array): number {
  let count = 0;
  for (let bucket = 0; bucket < AFTER_FIVE; bucket++) count += places[bucket] ?? 0;
  return count;
}

/** Infobip's name for the times in one of our buckets. */
export function timeToDeliver(bucket: number): string {
  const ms = EDGES[bucket] ?? 0;
  return TIME_TO_DELIVER.findLast(([, fromMs]) => fromMs <= ms)?.[0] ?? "";
}

/** How many took longer than this; exact if a bucket begins there. */
export function longerThan(times: Times, ms: number): number {
  const from = latencyBucketOf(ms);
  let count = 0;
  for (const [bucket, n] of times) if (bucket >= from) count += n;
  return count;
}

/**
 * The time in milliseconds that a share of them did not exceed (nearest rank: the smallest with at least that share),
 * within 2 %; undefined if there are none.
 */
export function percentileOf(places: Float64Array, share: number): number | undefined {
  let all = 0;
  for (let bucket = 0; bucket < places.length; bucket++) all += places[bucket] ?? 0;
  let left = Math.max(1, Math.ceil(share * all));
  for (let bucket = 0; bucket < places.length; bucket++) {
    left -= places[bucket] ?? 0;
    if (left <= 0) return middleOf(bucket);
  }
  return undefined;
}

/** The value with the smallest relative distance to everything in a bucket: exact if that is one millisecond. */
function middleOf(bucket: number): number {
  const first = EDGES[bucket] ?? 0;
  const last = Math.max(first, (EDGES[bucket + 1] ?? first + 1) - 1);
  return first === last ? first : Number(((2 * first * last) / (first + last)).toPrecision(6));
}
