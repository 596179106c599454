import { expect, it } from "vitest";
import { answerStatistics } from "../../lib/api/statistics.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { appendTo } from "../archive/appending.ts";
import { MemoryArchive } from "./archive.ts";

const HOUR_MS = 3_600_000;
const SENT_MS = Date.parse("2027-01-03T10:00:00Z");
const KEPT = { retentionHours: 30 * 24 };
const PENDING = { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" };
const DELIVERED = { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" };

function aMessage(n: number, status: MessageRecord["status"]): MessageRecord {
  return { messageId: `m${n}`, sentAt: formatMoment(SENT_MS + n), from: "S", channel: "SMS", status };
}

const some = (count: number, from: number, status: MessageRecord["status"]) =>
  Array.from({ length: count }, (_, n) => aMessage(n + from, status));

it("a day tells nothing less than an hour of it that waits to be counted again", async () => {
  const archive = new MemoryArchive(SENT_MS + HOUR_MS);
  const { db, clock } = archive;
  const pass = async (ms: number, turns: number) => {
    for (let n = 0; n < turns; n++) {
      archive.nowMs += ms;
      await countAndSettle({ db, clock, remainingMs: () => 300_000 }, 0);
    }
  };
  const deliveredBy = async (period: string) => {
    const filterBy = { sentSince: "2027-01-03T00:00:00.000Z", sentUntil: "2027-01-04T00:00:00.000Z" };
    const body = JSON.stringify({ filterBy, aggregateBy: [period], metrics: ["DELIVERED_TRAFFIC_COUNT"] });
    const request = { id: "", method: "POST", path: "", queryString: "", headers: {}, sourceIp: "" };
    const reply = await answerStatistics(
      { ...request, arrivedAtMs: 0, body },
      { client: { id: "a", name: "a", isTextHidden: false }, format: "json" },
      { db, limits: { units: 1e9, timeoutMs: 1e9 }, now: () => archive.nowMs } as never,
    );
    const { columns, rows } = JSON.parse(String(reply.response.body));
    const at = columns.findIndex(({ columnName }: { columnName: string }) => columnName.startsWith("DELIV"));
    return rows[0][at];
  };
  // An hour of many messages waits longer until it is counted again; its day is built before.
  await appendTo(db, KEPT, some(600, 0, PENDING), clock);
  await pass(HOUR_MS, 60);
  await appendTo(db, KEPT, [aMessage(1, DELIVERED)], clock);
  await pass(HOUR_MS, 12);
  await appendTo(db, KEPT, some(300, 100, DELIVERED), clock);
  await pass(300_000, 6);
  expect([await deliveredBy("HOUR"), await deliveredBy("DAY")]).toEqual([301, 301]);
});
