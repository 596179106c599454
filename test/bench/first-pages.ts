import { NETWORKS, SENDERS } from "./traffic.ts";

/** A first page: a name for it, and the parameters. */
export type FirstPage = readonly [name: string, query: Readonly<Record<string, string>>];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LIMITS = [1, 10, 50];

/** What is asked for, from what nearly all have to what nothing has. */
function wants(): FirstPage[] {
  const network = { mcc: NETWORKS.common.slice(0, 3), mnc: NETWORKS.common.slice(3) };
  const channels = ["EMAIL", "VOICE", "SMS", "PUSH"].map((channel) => [channel, { channel }] as const);
  const groups = ["REJECTED", "UNDELIVERABLE", "EXPIRED", "DELIVERED", "PENDING"].map(
    (generalStatus) => [generalStatus, { generalStatus }] as const,
  );
  const senders = [SENDERS.common, "Shop07", "Shop45", SENDERS.rare, SENDERS.twenty, SENDERS.none].map(
    (from) => [from, { from }] as const,
  );
  return [
    ["anything", {}],
    ...channels,
    ...groups,
    ...senders,
    ["a network", network],
    ["EMAIL, REJECTED", { channel: "EMAIL", generalStatus: "REJECTED" }],
    ["EMAIL, DELIVERED", { channel: "EMAIL", generalStatus: "DELIVERED" }],
    ["SMS, UNDELIVERABLE", { channel: "SMS", generalStatus: "UNDELIVERABLE" }],
    ["Shop01, EMAIL", { from: SENDERS.common, channel: "EMAIL" }],
    ["Shop03, REJECTED", { from: "Shop03", generalStatus: "REJECTED" }],
    ["Shop20, VOICE", { from: "Shop20", channel: "VOICE" }],
    ["a network, EMAIL", { ...network, channel: "EMAIL" }],
    ["a network, VOICE", { ...network, channel: "VOICE" }],
    ["a network, a rare sender", { ...network, from: SENDERS.rare }],
  ];
}

function ranges(nowMs: number): FirstPage[] {
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const at = (ms: number) => new Date(ms).toISOString().replace("Z", "+0000");
  const until = (hours: number) => ({ sentUntil: at(nowMs - hours * HOUR_MS) });
  const since = (hours: number) => ({ sentSince: at(nowMs - hours * HOUR_MS) });
  return [
    ["", {}],
    ...[1 / 3, 1, 5.3, 30, 72].map((h) => [`until ${h.toFixed(1)} h ago`, until(h)] as const),
    ...[1 / 6, 1, 30].map((h) => [`since ${h.toFixed(1)} h ago`, since(h)] as const),
    ["in the sixth hour ago", { ...since(6), ...until(5) }],
    ["yesterday", { sentSince: at(todayMs - DAY_MS), sentUntil: at(todayMs - 1) }],
  ];
}

/** First pages of many kinds: each want in each range, of 1, 10 and 50 rows. */
export function firstPages(nowMs: number): FirstPage[] {
  return wants().flatMap(([want, wanted]) =>
    ranges(nowMs).flatMap(([range, within]) =>
      LIMITS.map(
        (limit) =>
          [
            [want, range, limit].filter((part) => part !== "").join(" "),
            { ...wanted, ...within, limit: String(limit) },
          ] as const,
      ),
    ),
  );
}
