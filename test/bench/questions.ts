import { type Arrival, NETWORKS, SENDERS } from "./traffic.ts";

/** A question to the archive, and what it may cost. */
export interface Question {
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  /** From the floor of the answer's size to the most units that it may cost. */
  readonly goal: (floor: number) => number;
}

const nearlyFloor = (floor: number) => Math.max(2 * floor, 10);
const byShare = (share: number) => (floor: number) => (1.5 * floor) / share;
const atMost = (units: number) => () => units;

/** The questions of the bench, about these reports. */
export function questionsAbout(arrivals: readonly Arrival[]): Question[] {
  const reports = arrivals.map(({ report }) => report);
  const sample = reports.slice(reports.length >> 1).find(({ bulkId }) => bulkId) ?? {};
  const share = (field: string, value: string) =>
    reports.filter((report) => report[field] === value).length / reports.length;
  const delivered = reports.filter(({ status }) => groupOf(status) === "DELIVERED").length / reports.length;
  const email = share("channel", "EMAIL");
  const q = (name: string, query: Record<string, unknown>, goal: Question["goal"]): Question => ({
    name,
    query: Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
    goal,
  });
  return [
    q("newest 50", {}, nearlyFloor),
    q("newest 1,000", { limit: 1000 }, nearlyFloor),
    q("messageId", { messageId: sample.messageId }, nearlyFloor),
    q("to", { to: sample.to }, nearlyFloor),
    q("bulkId, 1,000", { bulkId: sample.bulkId, limit: 1000 }, nearlyFloor),
    q("channel EMAIL, 50", { channel: "EMAIL" }, byShare(email)),
    q("channel EMAIL, 1,000", { channel: "EMAIL", limit: 1000 }, byShare(email)),
    q("DELIVERED, 1,000", { generalStatus: "DELIVERED", limit: 1000 }, byShare(delivered)),
    q("REJECTED, 50", { generalStatus: "REJECTED" }, nearlyFloor),
    q("REJECTED, 1,000", { generalStatus: "REJECTED", limit: 1000 }, nearlyFloor),
    q("a common sender, 50", { from: SENDERS.common }, byShare(share("from", SENDERS.common))),
    q("a sender with 0.3 %, 50", { from: SENDERS.rare }, byShare(share("from", SENDERS.rare))),
    q("a sender with 20 in all, 50", { from: SENDERS.twenty }, atMost(400)),
    q("a network with 20 in all, 50", networkOf(NETWORKS.twenty), atMost(400)),
    q("EMAIL and UNDELIVERABLE, 50", { channel: "EMAIL", generalStatus: "UNDELIVERABLE" }, byShare(email)),
    q("a sender that does not exist", { from: SENDERS.none }, atMost(20)),
    q("two common values that never meet", { channel: "EMAIL", ...networkOf(NETWORKS.common) }, atMost(20)),
  ];
}

function networkOf(mccmnc: string): Record<string, string> {
  return { mcc: mccmnc.slice(0, 3), mnc: mccmnc.slice(3) };
}

function groupOf(status: unknown): unknown {
  return (status as { groupName?: string }).groupName;
}
