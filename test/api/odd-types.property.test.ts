import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOGS_ENDPOINTS } from "../../lib/api/endpoints.ts";
import { REPORTS_ENDPOINTS } from "../../lib/api/report-endpoints.ts";
import { parseReport } from "../../lib/infobip/report.ts";
import { FIELD_NAMES, STYLES, shownPath } from "../../lib/message/fields.ts";
import { numberOf } from "../../lib/message/json.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { type Service, startService } from "../functions/service.ts";
import { arrive } from "../log/arrivals.ts";

/** The service answers with 599 where an answer is not as /openapi.json says. */
let service: Service;
let db: Database;
beforeAll(async () => {
  service = await startService({ QUERY_RATE_PER_MINUTE: "1000000", QUERY_RATE_BURST: "1000000" });
  db = openDatabase("omnilog");
});
afterAll(async () => {
  db.client.destroy();
  await service[Symbol.asyncDispose]();
});

/** Every name that any endpoint has for a field or for a part of one, and one that nobody knows. */
const names = [
  ...new Set(FIELD_NAMES.flatMap((field) => [field, ...STYLES.map((style) => shownPath(field, style)[0])])),
  "device",
].filter((name) => name !== undefined && !["messageId", "sentAt", "status", "channel"].includes(name));
const parts = [
  "text",
  "type",
  "entityId",
  "applicationId",
  "pricePerMessage",
  "currency",
  "permanent",
].concat(["groupId", "groupName", "id", "name", "description", "action", "__proto__"]);

const scalar = fc.oneof(
  fc.constantFrom(5, -1, 0.5, 1e21, true, false, null, "", "5", "null", "text", "2026-03-01", "\ud800"),
  fc.string(),
);
const value = fc.oneof(
  scalar,
  fc.dictionary(fc.constantFrom(...parts), fc.oneof(scalar, fc.constant({ a: 1 }), fc.constant([1]))),
  fc.array(scalar, { maxLength: 2 }),
);
const isStatusPart = (part: string) => !["groupId", "groupName"].includes(part);
const status = fc
  .dictionary(fc.constantFrom(...parts.filter(isStatusPart)), fc.constantFrom(5, "5", null, "text"))
  .map((odd) => ({ groupId: 3, groupName: "DELIVERED", ...odd }));
const report = fc.record({
  odd: fc.dictionary(fc.constantFrom(...(names as string[])), value),
  status: fc.oneof({ weight: 4, arbitrary: fc.constant({ groupId: 3 }) }, status),
  hasEndlessPrice: fc.boolean(),
});
type Report = typeof report extends fc.Arbitrary<infer T> ? T : never;

let sent = 0;
/** A report in Infobip's words. JSON has numbers that JavaScript only knows as endless. */
function wordsOf({ odd, status, hasEndlessPrice }: Report): object {
  const sentAt = new Date(Date.now() - ++sent).toISOString();
  const price = hasEndlessPrice ? { price: { pricePerMessage: numberOf("1e400"), currency: "EUR" } } : {};
  return { ...odd, ...price, messageId: `m${sent}`, sentAt, status };
}

async function ask(path: string): Promise<{ messageId: string }[]> {
  const response = await service.ask(path);
  expect(response.status, `${path}: ${response.status === 200 ? "" : await response.text()}`).toBe(200);
  const { results } = (await response.json()) as { results: { messageId: string }[] };
  return results;
}

test("logs are shown as the description says, whatever types their fields came with", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(report, { minLength: 5, maxLength: 20 }), async (reports) => {
      for (const channel of new Set(LOGS_ENDPOINTS.map(({ channel = "RCS" }) => channel))) {
        const records = reports.flatMap((each) => {
          const parsed = parseReport(JSON.stringify(wordsOf(each)), channel);
          return "record" in parsed ? [parsed.record] : [];
        });
        await service.store(records);
        const ids = records.map(({ messageId }) => messageId);
        for (const { path } of LOGS_ENDPOINTS.filter((endpoint) => (endpoint.channel ?? channel) === channel))
          expect((await ask(`${path}?limit=1000&messageId=${ids}`)).length).toBe(ids.length);
      }
    }),
    { numRuns: 15 },
  );
});

test("reports and the feed are, too", async () => {
  // Each client is given what comes after its first request.
  for (const { path } of REPORTS_ENDPOINTS) await ask(path);
  await fc.assert(
    fc.asyncProperty(fc.array(report, { minLength: 5, maxLength: 20 }), async (reports) => {
      for (const { path, stream } of REPORTS_ENDPOINTS) {
        const channel = stream === "omni" ? { channel: "RCS" } : {};
        const words = reports.map((each) => ({ ...wordsOf(each), ...channel }));
        await arrive(db, { source: stream }, words);
        const readable = words.filter((each) => "record" in parseReport(JSON.stringify(each), "SMS"));
        expect((await ask(`${path}?limit=1000`)).length).toBe(readable.length);
      }
      await ask("/omnilog/1/feed?limit=1000");
    }),
    { numRuns: 5 },
  );
});
