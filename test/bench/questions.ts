import { type Arrival, NETWORKS, SENDERS } from "./traffic.ts";

/** A question to the archive, and what it may cost: read units, at 200,000 reports in 48 hours. */
export interface Question {
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly most: number;
}

/** The questions of the bench, about these reports. */
export function questionsAbout(arrivals: readonly Arrival[]): Question[] {
  const reports = arrivals.map(({ report }) => report);
  const half = reports.slice(reports.length >> 1);
  const bulks = [...Map.groupBy(half, ({ bulkId }) => bulkId)].filter(([bulkId]) => bulkId !== undefined);
  const [, sampled = []] =
    bulks.toSorted(([, a], [, b]) => Math.abs(a.length - 100) - Math.abs(b.length - 100))[0] ?? [];
  const sample = sampled[0] ?? {};
  const twenty = Array.from(
    { length: 20 },
    (_, n) => reports[Math.floor(((n + 0.5) * reports.length) / 20)]?.messageId,
  );
  const q = (name: string, query: Record<string, unknown>, most: number): Question => ({
    name,
    query: Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
    most,
  });
  return [
    q("newest 50", {}, 3),
    q("newest 1,000", { limit: 1000 }, 20),
    q("messageId", { messageId: sample.messageId }, 30),
    q("20 messageIds", { messageId: twenty.join(",") }, 150),
    q("to, 50", { to: sample.to }, 60),
    q("bulkId of about 100", { bulkId: sample.bulkId, limit: 1000 }, 40),
    q("bulkId with a sender that it has not", { bulkId: sample.bulkId, from: SENDERS.none }, 40),
    q("bulkId with a status that it may not have", { bulkId: sample.bulkId, generalStatus: "ACCEPTED" }, 40),
    q("REJECTED, 1,000", { generalStatus: "REJECTED", limit: 1000 }, 30),
    q("channel EMAIL, 1,000", { channel: "EMAIL", limit: 1000 }, 200),
    q("a sender with 0.3 %, 50", { from: SENDERS.rare }, 60),
    q("a sender with 20 in all, 50", { from: SENDERS.twenty }, 60),
    q("a network with 20 in all, 50", networkOf(NETWORKS.twenty), 60),
    q("a sender that does not exist", { from: SENDERS.none }, 8),
    q("two values that never meet", { channel: "EMAIL", ...networkOf(NETWORKS.common) }, 40),
    q("two rare values that never meet", { from: SENDERS.twenty, ...networkOf(NETWORKS.twenty) }, 40),
    q(
      "three that meet only by twos",
      { from: SENDERS.twenty, channel: "VOICE", generalStatus: "REJECTED" },
      60,
    ),
  ];
}

function networkOf(mccmnc: string): Record<string, string> {
  return { mcc: mccmnc.slice(0, 3), mnc: mccmnc.slice(3) };
}
