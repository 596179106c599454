import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPage } from "../lib/infobip/page.ts";
import { LOGS_PATH } from "../lib/infobip/sources.ts";
import type { MessageRecord } from "../lib/message/record.ts";
import { openDatabase } from "../lib/runtime/dynamodb.ts";
import { examples, FOLDERS, requestLines } from "./fixtures/read.ts";
import { type Service, startService } from "./functions/service.ts";
import { arrive } from "./log/arrivals.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

const xml = new XMLParser({ parseTagValue: false, isArray: (name) => name === "result" });
type Fields = Record<string, unknown>;

/** The records of an XML example as JSON would have them; one document repeats `results` and has no `result`. */
function recordsOf(text: string): Fields[] {
  const [root] = Object.entries(xml.parse(text)).flatMap(([name, value]) => (name === "?xml" ? [] : [value]));
  const { results } = root as { results: { result: Fields[] } | Fields[] };
  return Array.isArray(results) ? results : (results.result as Fields[]);
}

/** What our XML of the logs has in the place of the example's: the names of the logs document, and the channel of the endpoint. */
function ours({ smsCount, mccMnc, ...record }: Fields, folder: string): Fields {
  return {
    ...(folder === "omni-logs" || record.channel ? {} : { channel: folder.toUpperCase() }),
    ...(smsCount === undefined ? {} : { messageCount: smsCount }),
    ...(mccMnc === undefined ? {} : { mccmnc: mccMnc }),
    ...record,
  };
}

/** A record of an XML example as its JSON would be read: prices keep their digits through a raw number. */
function asRecord(fields: Fields): MessageRecord {
  const body = JSON.stringify({ results: [fields] }).replace(
    /"(permanent|pricePerMessage)":"([^"]*)"/g,
    '"$1":$2',
  );
  const { records, rejects } = readPage(Buffer.from(body), { path: LOGS_PATH });
  expect(rejects).toEqual([]);
  return records[0] as MessageRecord;
}

describe("our XML of the logs has an example's elements and values", () => {
  test.each(examples(".xml"))("$name", async ({ folder, text }) => {
    for (const fields of recordsOf(text).map((record) => ours(record, folder))) {
      // An id of its own, since several examples show the same message in different states.
      const messageId = `${Math.random()}`;
      await service.store([asRecord({ ...fields, messageId })]);
      const response = await service.ask(`${LOGS_PATH}?messageId=${messageId}`, {
        headers: { accept: "application/xml" },
      });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/xml; charset=utf-8");
      expect(xml.parse(await response.text())).toEqual({
        "?xml": "",
        smsLogsResponse: { results: { result: [{ ...fields, messageId }] } },
      });
    }
  });
});

const REPORT_EXAMPLES = examples(".xml").filter(({ folder }) => folder !== "omni-logs");

describe("our XML of the reports is that of the document", () => {
  test.each(REPORT_EXAMPLES)("$name", async ({ folder, text }) => {
    const [root = ""] = /<\w+Response>/.exec(text) ?? [];
    // The document of the push reports shows those of omni.
    const source = root.startsWith("<omni") ? "omni" : folder;
    const path = `/${source}/1/reports`;
    // Each client is given what comes after its first request.
    await service.ask(path);
    const fields = recordsOf(text).map((record) => ({ ...record, messageId: `${Math.random()}` }));
    const db = openDatabase("omnilog");
    await arrive(db, { source }, fields);
    db.client.destroy();
    const response = await service.ask(path, { headers: { accept: "application/xml" } });
    expect(xml.parse(await response.text())).toEqual({
      "?xml": "",
      [root.slice(1, -1)]: { results: { result: fields } },
    });
  });
});

describe("every request line of the documents is answered, snippets in seven languages included", () => {
  const lines = FOLDERS.flatMap((folder) => requestLines(folder).map((line) => ({ ...line, folder })));

  test.each(lines)("$folder: $line", async ({ method, target }) => {
    for (const accept of ["application/json", "application/xml"]) {
      const response = await service.ask(target, { method, headers: { accept } });
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("results")]);
    }
  });
});
