import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPage } from "../lib/ingest/page.ts";
import { LOGS_PATH } from "../lib/ingest/sources.ts";
import type { MessageRecord } from "../lib/store/record.ts";
import { examples, requestLines } from "./fixtures/read.ts";
import { type Service, startService } from "./functions/service.ts";

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

/** What our XML has in the place of the example's: the names of the logs document, and the channel of the endpoint. */
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

describe("our XML of an example's records has the example's elements and values", () => {
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
        omniLogsResponse: { results: { result: [{ ...fields, messageId }] } },
      });
    }
  });
});

describe("every request line of the omni logs document is answered", () => {
  test.each(requestLines("omni-logs"))("$line", async ({ method, target }) => {
    // Two lines say POST where the document means GET; the archive has no POST.
    if (method === "POST") expect((await service.ask(target, { method })).status).toBe(405);
    for (const accept of ["application/json", "application/xml"]) {
      const response = await service.ask(target, { headers: { accept } });
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("results")]);
    }
  });
});
