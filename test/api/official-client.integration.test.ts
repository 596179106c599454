import { AuthType, Infobip } from "@infobip-api/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { ONE_OF_EACH, SMS } from "../archive/search/one-of-each.ts";
import { type Service, startService } from "../functions/service.ts";
import { aReport, arrive } from "../log/arrivals.ts";
import { DELIVERED, NOON } from "../message/records.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
  await service.store(ONE_OF_EACH);
});
afterAll(() => service[Symbol.asyncDispose]());

type AskLog = (filter: object) => Promise<{ data: { results: unknown[] } }>;
const idsOf = (records: { messageId: string }[]) => records.map(({ messageId }) => messageId);

describe("the official JavaScript client, with another base URL", () => {
  const client = () =>
    new Infobip({
      baseUrl: service.url,
      authType: AuthType.Basic,
      username: "Aladdin",
      password: "open sesame",
    });

  test("channels.sms.logs.get", async () => {
    const { data } = await client().channels.sms.logs.get();
    expect(idsOf(data.results)).toEqual(["sms-1", "sms-2"]);
    expect(data.results[0]).toMatchObject({ smsCount: 2, mccMnc: "22801", from: "InfoSMS", text: SMS.text });
  });

  test.each([
    [{ bulkId: ["bulk-1", "bulk-2"] }, ["sms-1", "sms-2"]],
    [{ bulkId: "bulk-1,bulk-3" }, ["sms-1"]],
    [{ messageId: ["sms-2"] }, ["sms-2"]],
    [{ from: "InfoSMS", to: "41793026727", generalStatus: "DELIVERED", limit: 5 }, ["sms-1"]],
    [{ sentSince: new Date(NOON), sentUntil: new Date(NOON) }, ["sms-1", "sms-2"]],
    [{ sentSince: "2026-03-01T13:00:00.000+01:00", mcc: "228", mnc: "01" }, ["sms-1"]],
    [{ sentUntil: "2026-03-01T11:59:59.999+0000" }, []],
    [{ entityId: "branch", applicationId: "shop", campaignReferenceId: ["summer", "spring"] }, ["sms-1"]],
    [{ applicationId: "other" }, []],
  ])("with filters: %j", async (filter, ids) => {
    const { data } = await client().channels.sms.logs.get(filter);
    expect(idsOf(data.results)).toEqual(ids);
  });

  test.each(["log.get", "getLog"])("channels.email.%s", async (name) => {
    const email = client().channels.email as unknown as { log: { get: AskLog }; getLog: AskLog };
    const { data } = await (name === "getLog" ? email.getLog.bind(email) : email.log.get)({
      messageId: "mail-1",
      applicationId: "shop",
    });
    expect(data.results).toEqual([
      expect.objectContaining({ messageId: "mail-1", messageCount: 1, text: "Hello" }),
    ]);
  });

  test("pulls reports, each once: channels.sms.reports.get and channels.email.report.get", async () => {
    const pull = async () => {
      const { sms, email } = client().channels;
      const [one, other] = await Promise.all([
        sms.reports.get({ limit: 10 }),
        (email as unknown as { report: { get: AskLog } }).report.get({ limit: 10 }),
      ]);
      return [one.data.results, other.data.results];
    };
    expect(await pull()).toEqual([[], []]);
    const mail = { messageId: "mail-1", sentAt: "2026-11-24T12:00:00.000+0000", status: DELIVERED };
    const db = openDatabase("omnilog");
    await arrive(db, { source: "sms" }, [aReport("sms-1")]);
    await arrive(db, { source: "email" }, [mail]);
    db.client.destroy();
    expect(await pull()).toEqual([[aReport("sms-1")], [{ ...mail, channel: "EMAIL" }]]);
    expect(await pull()).toEqual([[], []]);
  });

  test("gets Infobip's error for what is wrong", async () => {
    const { response } = await client().channels.sms.logs.get({ limit: 1001 });
    expect(response.status).toBe(400);
    expect(Object.keys(response.data.requestError.serviceException.validationErrors)).toEqual(["limit"]);
  });
});
