import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ONE_OF_EACH, SMS } from "../archive/search/one-of-each.ts";
import { type Service, startService } from "../functions/service.ts";
import { described } from "./described.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
  await service.store(ONE_OF_EACH);
});
afterAll(() => service[Symbol.asyncDispose]());

const ask = async (target: string, headers = {}) => described(await service.ask(target, { headers }));
const results = async (target: string) => JSON.parse((await ask(target)).text).results;
const idsOf = (records: { messageId: string }[]) => records.map(({ messageId }) => messageId);

describe("each endpoint has its own fields", () => {
  const fields = async (target: string) => Object.keys((await results(target))[0]).sort();
  const course = ["status", "sentAt", "messageId", "to"];

  test("/sms/1/logs", async () => {
    const all = ["bulkId", "from", "text", "doneAt", "smsCount", "mccMnc", "price", "error"];
    const platform = ["entityId", "applicationId", "campaignReferenceId"];
    expect(await fields("/sms/1/logs?messageId=sms-1")).toEqual([...course, ...all, ...platform].sort());
  });

  test("/push/1/logs and /email/1/logs", async () => {
    expect(await fields("/push/1/logs")).toEqual([...course, "text", "channel"].sort());
    expect(await fields("/email/1/logs")).toEqual(
      [...course, "from", "text", "messageCount", "platform"].sort(),
    );
  });

  test("/sms/3/logs", async () => {
    const [record] = await results("/sms/3/logs?sender=InfoSMS&destination=41793026727");
    expect(record).toMatchObject({
      sender: "InfoSMS",
      destination: "41793026727",
      content: { text: SMS.text },
      messageCount: 2,
      mccMnc: "22801",
      platform: { entityId: "branch", applicationId: "shop" },
      campaignReferenceId: "spring",
      error: { groupName: "OK" },
    });
    for (const older of ["from", "to", "text", "channel", "smsCount", "mccmnc", "entityId"])
      expect(record).not.toHaveProperty(older);
  });

  test("/email/4/logs", async () => {
    const [record] = await results("/email/4/logs?entityId=branch");
    expect(record).toMatchObject({ sender: "b@example.com", destination: "a@example.com", text: "Hello" });
  });

  test("only its own channel, and the omni logs all of them", async () => {
    expect(idsOf(await results("/omni/1/logs")).sort()).toEqual(["mail-1", "push-1", "sms-1", "sms-2"]);
    expect(await results("/push/1/logs?messageId=sms-1")).toEqual([]);
  });
});

test.each([
  ["/omni/1/logs", "smsLogsResponse", "channel", "SMS"],
  ["/sms/1/logs", "smsLogsResponse", "smsCount", "2"],
  ["/email/1/logs", "emailLogsResponse", "to", "a@example.com"],
  ["/push/1/logs", "pushLogsResponse", "channel", "PUSH"],
  ["/sms/3/logs", "LogResponse", "sender", "InfoSMS"],
  ["/email/4/logs", "LogResponse", "destination", "a@example.com"],
])("%s as XML: root %s", async (path, root, field, value) => {
  const id = path.includes("email") ? "mail-1" : path.includes("push") ? "push-1" : "sms-1";
  const { text } = await ask(`${path}?messageId=${id}`, { accept: "application/xml" });
  const { result } = new XMLParser({ parseTagValue: false }).parse(text)[root].results;
  expect(result).toMatchObject({ messageId: id, [field]: value });
});

test.each(["/omni/1/logs", "/sms/1/logs", "/sms/3/logs"])("%s: a cursor walks on", async (path) => {
  const filter = `${path === "/sms/3/logs" ? "destination" : "to"}=41793026727`;
  const first = JSON.parse((await ask(`${path}?${filter}&limit=1&useCursor=true`)).text);
  expect(first.cursor).toEqual({ limit: 1, nextCursor: expect.any(String) });
  const next = await results(`${path}?${filter}&limit=1&cursor=${first.cursor.nextCursor}`);
  expect(idsOf([...first.results, ...next])).toEqual(["sms-1", "sms-2"]);
  expect((await ask(`${path}?cursor=${first.cursor.nextCursor}`)).status).toBe(400);
});

describe("errors have their endpoint's shape, in JSON and XML", () => {
  const wrong = "limit=0&sentSince=today";

  test("ApiException", async () => {
    const exception = { messageId: "BAD_REQUEST", text: "Request is invalid." };
    const json = JSON.parse((await ask(`/sms/1/logs?${wrong}`)).text);
    expect(json.requestError.serviceException).toMatchObject(exception);
    expect(Object.keys(json.requestError.serviceException.validationErrors).sort()).toEqual([
      "limit",
      "sentSince",
    ]);
    const xml = new XMLParser().parse((await ask(`/sms/1/logs?${wrong}`, { accept: "text/xml" })).text);
    expect(xml.ApiException.requestError.serviceException).toMatchObject(exception);
  });

  test("ApiError", async () => {
    const json = JSON.parse((await ask(`/sms/3/logs?${wrong}`)).text);
    expect(json).toMatchObject({
      errorCode: "E400",
      violations: [{ property: "sentSince" }, { property: "limit" }],
    });
    const xml = new XMLParser().parse((await ask(`/sms/3/logs?${wrong}`, { accept: "text/xml" })).text);
    expect(xml.ApiError).toMatchObject({ errorCode: "E400", resources: "" });
    expect(xml.ApiError.violations.violation).toHaveLength(2);
  });

  test("names are the endpoint's own", async () => {
    expect((await ask("/sms/3/logs?from=A")).text).toContain("sender");
    expect((await ask("/omni/1/logs?entityId=A")).status).toBe(400);
    expect((await ask("/email/1/logs?mcc=228")).status).toBe(400);
  });
});
