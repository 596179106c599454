import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SMS } from "../archive/search/one-of-each.ts";
import { type Service, startService } from "../functions/service.ts";

/** The logs methods of the official clients beside those for SMS and e-mail. */
const NEWER = ["/viber/2/logs", "/mms/2/logs", "/push/3/logs"];
const CHANNELS = ["VIBER", "MMS", "PUSH", "VOICE"];

let service: Service;
beforeAll(async () => {
  service = await startService();
  await service.store(CHANNELS.map((channel) => ({ ...SMS, channel, messageId: `${channel}-1` })));
});
afterAll(() => service[Symbol.asyncDispose]());

async function onlyResult(target: string): Promise<Record<string, unknown>> {
  const response = await service.ask(target);
  const { results } = (await response.json()) as { results: Record<string, unknown>[] };
  expect([response.status, results.length]).toEqual([200, 1]);
  return results[0] ?? {};
}

test.each(NEWER)("%s has the fields of the newer logs, and its own channel only", async (path) => {
  const [, channel = ""] = path.split("/");
  expect(await onlyResult(`${path}?sender=InfoSMS&destination=41793026727`)).toEqual({
    bulkId: "bulk-1",
    messageId: `${channel.toUpperCase()}-1`,
    destination: "41793026727",
    sender: "InfoSMS",
    content: { text: SMS.text },
    sentAt: SMS.sentAt,
    doneAt: SMS.doneAt,
    messageCount: 2,
    mccMnc: "22801",
    price: SMS.price,
    status: SMS.status,
    error: { ...SMS.error, groupName: "OK" },
    platform: { entityId: "branch", applicationId: "shop" },
    campaignReferenceId: "spring",
  });
  const { cursor } = (await (await service.ask(`${path}?limit=1&useCursor=true`)).json()) as {
    cursor?: object;
  };
  expect(cursor).toBeUndefined();
});

test("/tts/3/logs has the names of version 1, and the channel VOICE only", async () => {
  const { channel: _, messageCount, mccmnc, ...same } = SMS;
  expect(await onlyResult("/tts/3/logs?from=InfoSMS&mcc=228&mnc=01")).toEqual({
    ...same,
    messageId: "VOICE-1",
    smsCount: messageCount,
    mccMnc: mccmnc,
  });
});

test.each([
  ...NEWER.map((path): [string, string] => [path, "LogResponse"]),
  ["/tts/3/logs", "ttsLogsResponse"],
])("%s as XML: root %s", async (path, root) => {
  const response = await service.ask(path, { headers: { accept: "application/xml" } });
  const { result } = new XMLParser().parse(await response.text())[root].results;
  expect(result.messageId).toMatch(/-1$/);
});

test.each(["sms", "SMS", "Viber", "viber"])("channel=%s: case does not matter", async (channel) => {
  const response = await service.ask(`/omni/1/logs?channel=${channel}`);
  const { results } = (await response.json()) as { results: { channel: string }[] };
  expect(results.map((record) => record.channel)).toEqual(/viber/i.test(channel) ? ["VIBER"] : []);
});
