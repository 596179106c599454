/** Reports as the archive knows them after the logs have added sender and text, in the order of their arrival. */
export interface Arrival {
  readonly atMs: number;
  readonly source: "sms" | "push" | "email" | "omni";
  readonly report: Readonly<Record<string, unknown>>;
  /** Does only the log of messages tell of it, no report? */
  readonly isLog?: true;
}

export interface TrafficOptions {
  readonly reports: number;
  readonly hours: number;
  /** Milliseconds since 1970: the newest report was sent just before. */
  readonly untilMs: number;
  readonly seed?: number;
  readonly isUniform?: boolean | undefined;
  readonly isLate?: boolean | undefined;
}

/** The sender, the network and the share of things that the bench asks for. */
export const SENDERS = { common: "Shop01", rare: "Brand-0.3%", twenty: "Twenty", none: "Nobody" } as const;
export const NETWORKS = { common: "22801", twenty: "73699" } as const;
const TWENTY = 20;

const CHANNELS = [
  ["SMS", 0.55, "sms"],
  ["EMAIL", 0.12, "email"],
  ["VIBER", 0.12, "omni"],
  ["WHATSAPP", 0.1, "omni"],
  ["PUSH", 0.08, "push"],
  ["VOICE", 0.03, "omni"],
] as const;
const STATUSES = [
  [0.97, 3, "DELIVERED", 5, "DELIVERED_TO_HANDSET", "Message delivered to handset"],
  [0.985, 2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED", "Message sent not delivered"],
  [0.995, 5, "REJECTED", 6, "REJECTED_NETWORK", "Network is forbidden"],
  [1, 4, "EXPIRED", 15, "EXPIRED_EXPIRED", "Message expired"],
] as const;
const PENDING = {
  groupId: 1,
  groupName: "PENDING",
  id: 7,
  name: "PENDING_ENROUTE",
  description: "Message sent to next instance",
};
const LATE = 0.1;
const MOST_LATE_MS = 40 * 3_600_000;
const OK_ERROR = {
  ...{ groupId: 0, groupName: "OK", id: 0, name: "NO_ERROR", description: "No Error", permanent: false },
};

/** Random reports over a stretch of time with a swing of day and night; the same for the same seed. */
export function traffic(options: TrafficOptions): Arrival[] {
  const { reports, hours, untilMs, seed = 1, isUniform = false, isLate = false } = options;
  const random = randomFrom(seed);
  const times = Array.from({ length: reports }, () => untilMs - 1 - momentAgo(hours, random));
  times.sort((a, b) => a - b);
  const bulkOf = bulks(random);
  const twentySenders = placesOfTwenty(reports, random);
  const twentyNetworks = placesOfTwenty(reports, random);
  const arrivals = times.flatMap((sentAtMs, n): Arrival[] => {
    const [channel, , source] = pickByShare(CHANNELS, random());
    const lateMs = isLate && random() < LATE ? random() * MOST_LATE_MS : 0;
    const doneAtMs = sentAtMs + Math.ceil(-Math.log(1 - random()) * 4_000 + lateMs);
    const report = {
      ...bulkOf(),
      messageId: uuid(random),
      to: `41${String(790_000_000 + Math.floor((random() * reports) / 4))}`,
      from: twentySenders.has(n) ? SENDERS.twenty : sender(random, isUniform),
      text: `Your code is ${Math.floor(random() * 1e6)}. Do not tell it to anybody; it is valid for ten minutes.`,
      sentAt: printTime(sentAtMs),
      doneAt: printTime(doneAtMs),
      messageCount: random() < 0.9 ? 1 : 2,
      ...(channel === "EMAIL" || channel === "PUSH"
        ? {}
        : { mccmnc: twentyNetworks.has(n) ? NETWORKS.twenty : network(random, isUniform) }),
      price: { pricePerMessage: 0.01, currency: "EUR" },
      status: status(random()),
      error: OK_ERROR,
      channel,
    };
    const { doneAt: _doneAt, error: _error, ...sent } = report;
    const pending: Arrival = { atMs: sentAtMs, source, report: { ...sent, status: PENDING }, isLog: true };
    return [...(lateMs > 0 ? [pending] : []), { atMs: doneAtMs, source, report }];
  });
  return arrivals.sort((a, b) => a.atMs - b.atMs);
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Three times as much at noon as at midnight. */
function momentAgo(hours: number, random: () => number): number {
  for (;;) {
    const hour = random() * hours;
    if (random() < 0.67 + 0.33 * Math.cos((hour / 12) * Math.PI)) return Math.floor(hour * 3_600_000);
  }
}

/** Nine in ten belong to one of four bulks of 20 to 1,000 that are being sent at the time. */
function bulks(random: () => number): () => { bulkId?: string } {
  const open = Array.from({ length: 4 }, () => ({ bulkId: "", left: 0 }));
  return () => {
    if (random() >= 0.9) return {};
    const bulk = open[Math.floor(random() * open.length)];
    if (!bulk) return {};
    if (bulk.left-- <= 0) Object.assign(bulk, { bulkId: uuid(random), left: 20 * 50 ** random() });
    return { bulkId: bulk.bulkId };
  };
}

function placesOfTwenty(reports: number, random: () => number): Set<number> {
  const places = new Set<number>();
  while (places.size < Math.min(TWENTY, reports / 2)) places.add(Math.floor(random() * reports));
  return places;
}

/** Fifty senders, the first with a fifth of all; and one with 0.3 %. */
function sender(random: () => number, isUniform: boolean): string {
  if (isUniform)
    return random() < 0.003 ? SENDERS.rare : `Shop${String(1 + Math.floor(random() * 500)).padStart(2, "0")}`;
  return random() < 0.003 ? SENDERS.rare : `Shop${String(skewed(50, random)).padStart(2, "0")}`;
}

function network(random: () => number, isUniform: boolean): string {
  if (isUniform) return String(22_801 + Math.floor(random() * 300));
  const n = skewed(60, random);
  return n === 1 ? NETWORKS.common : `${200 + Math.floor(n / 3)}${String(n).padStart(2, "0")}`;
}

/** 1 to `most`, the n-th about 1/n as likely as the first. */
function skewed(most: number, random: () => number): number {
  return Math.min(most, Math.floor((most + 1) ** random()));
}

function status(at: number) {
  const [, groupId, groupName, id, name, description] = STATUSES.find(([upTo]) => at < upTo) ?? STATUSES[0];
  return { groupId, groupName, id, name, description };
}

function pickByShare<T extends readonly [string, number, ...unknown[]]>(of: readonly T[], at: number): T {
  let sum = 0;
  for (const choice of of) {
    sum += choice[1];
    if (at < sum) return choice;
  }
  return of[0] as T;
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function printTime(atMs: number): string {
  return new Date(atMs + 3_600_000).toISOString().replace("Z", "+0100");
}
