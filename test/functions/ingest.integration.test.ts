import { afterAll, beforeAll, expect, test } from "vitest";
import { handler as ingest } from "../../functions/ingest.ts";
import { type Infobip, startInfobip } from "../../infra/local/imitation/server.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { restricted } from "./rights.ts";
import { type Service, startService } from "./service.ts";

const HOUR_MS = 3_600_000;
const handler = restricted("ingest", ingest);
const context = { getRemainingTimeInMillis: () => 55_000 };

let infobip: Infobip;
let service: Service;
beforeAll(async () => {
  const world = new World({ seed: 1, startAt: Date.now() });
  const nowMs = Date.now();
  world.add({ messageId: "kept", sentAt: nowMs - 0.5 * HOUR_MS });
  world.add({ messageId: "expired", sentAt: nowMs - 1.5 * HOUR_MS });
  infobip = await startInfobip({ world, now: Date.now });
  service = await startService({
    INFOBIP_BASE_URL: infobip.url,
    INFOBIP_AUTHORIZATION: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    RETENTION_HOURS: "1",
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await infobip.close();
});

test("the handler pulls a source; RETENTION_HOURS says how long its reports are served", async () => {
  await handler({ source: "sms" }, context);
  expect(infobip.requests.map(({ path, query }) => `${path}?${query}`)).toEqual([
    "/sms/1/reports?limit=1000",
  ]);
  const { results } = (await (await service.ask("/omni/1/logs")).json()) as {
    results: { messageId: string }[];
  };
  expect(results.map(({ messageId }) => messageId)).toEqual(["kept"]);
});

test.each([[{}], [{ source: "fax" }], [null], ["sms"]])(
  "an input that is none of ours fails: %j",
  async (input) => {
    await expect(handler(input, context)).rejects.toThrow("ingest failed: InvalidInput");
  },
);
