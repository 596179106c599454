import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../infra/local/imitation/random.ts";
import { writeReport } from "../../infra/local/imitation/reports.ts";
import { Traffic } from "../../infra/local/imitation/traffic.ts";
import { readPage } from "../../lib/infobip/page.ts";
import { parseReport } from "../../lib/infobip/report.ts";
import { printRecord } from "../../lib/message/record.ts";
import { NOON } from "../message/records.ts";

/** Reports as Infobip writes them, of messages of every kind. */
const reports = fc.nat().map((seed) =>
  new Traffic(new Random(seed)).draw(NOON).flatMap((message) =>
    message.events.map((event) => ({
      text: JSON.stringify(writeReport({ message, event }, "json")),
      message,
    })),
  ),
);

test("what is printed of a report is read as the same record", () => {
  fc.assert(
    fc.property(reports, (all) => {
      for (const { text, message } of all) {
        const first = parseReport(text, message.channel);
        if ("reason" in first) throw new Error(first.reason);
        expect(first.flaws).toEqual([]);
        const again = parseReport(printRecord(first.record));
        expect("record" in again && printRecord(again.record)).toBe(printRecord(first.record));
      }
    }),
  );
});

test("whatever a record is, it is read or has a reason, and its neighbours are read", () => {
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fc.jsonValue().map((status) => JSON.stringify({ messageId: "m", status })),
  );
  const neighbour = '{"messageId":"n","sentAt":"2015-02-23T17:41:11.833+0100","status":{"groupId":3}}';
  fc.assert(
    fc.property(text, fc.json(), (any, json) => {
      expect(parseReport(any, "SMS")).toSatisfy(
        (result: object) => "record" in result !== "reason" in result,
      );
      const page = readPage(Buffer.from(`{"results":[${json},${neighbour}]}`), { path: "", channel: "SMS" });
      expect(page.count).toBe(2);
      expect(page.records.at(-1)?.messageId).toBe("n");
    }),
  );
});
