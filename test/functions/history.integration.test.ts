import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Clients } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import type { Moved } from "../../lib/archive/moments.ts";
import { settle } from "../../lib/archive/settle.ts";
import { Events } from "../../lib/log/events.ts";
import { keepMoments } from "../../lib/log/moments.ts";
import { systemClock } from "../../lib/runtime/clock.ts";
import { aReport, arrive, PENDING } from "../log/arrivals.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

let receiver: Receiver;
beforeAll(async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  vi.restoreAllMocks();
});

interface Entry {
  readonly at: string;
  readonly way: string;
  readonly source: string;
  readonly type: string;
  readonly channel?: string;
  readonly report?: { readonly status: { readonly groupName: string } };
  readonly event?: Record<string, unknown>;
}
interface History {
  readonly messageId: string;
  readonly messages: readonly Record<string, unknown>[];
  readonly history: readonly Entry[];
}

async function push(path: string, body: object | string): Promise<void> {
  const response = await receiver.push(path, typeof body === "string" ? body : JSON.stringify(body));
  expect(response.status).toBe(200);
}

const list = (...results: object[]) => ({ results });

/** The history of a message, once it has so many entries. */
async function historyOf(messageId: string, entries: number): Promise<History> {
  return vi.waitFor(
    async () => {
      const { body } = await receiver.ask(`/omnilog/1/messages/${encodeURIComponent(messageId)}`);
      expect((body as History).history).toHaveLength(entries);
      return body as History;
    },
    { timeout: 20_000, interval: 20 },
  );
}

const typesOf = ({ history }: History) => history.map(({ type }) => type);

/** Each shape that is a report, as OpenAPI 3.210.0 has it, and the channel that it comes out with. */
const DONE = { id: 5, groupId: 3, groupName: "DELIVERED", name: "DELIVERED_TO_HANDSET" };
const base = { sentAt: "2026-11-24T12:00:00.000+0000", doneAt: "2026-11-24T12:00:05.000+0000", status: DONE };
const price = { pricePerMessage: 0.01, currency: "EUR" };
const SHAPES: [name: string, path: string, report: object, found: object][] = [
  [
    "SMS, version 1",
    "/push/sms",
    { ...base, to: "4", smsCount: 2, mccMnc: "22801", price, entityId: "e" },
    { channel: "SMS", messageCount: 2, mccmnc: "22801", entityId: "e" },
  ],
  [
    "SMS, version 3",
    "/push/sms",
    { ...base, to: "4", sender: "Info", messageCount: 2, platform: { entityId: "e" } },
    { channel: "SMS", from: "Info", messageCount: 2 },
  ],
  [
    "mobile push",
    "/push/push",
    { ...base, to: "d", sender: "App", messageCount: 1 },
    { channel: "PUSH", from: "App" },
  ],
  ["Viber", "/push/viber", { ...base, to: "4", sender: "Info", messageCount: 1 }, { channel: "VIBER" }],
  ["RCS", "/push/rcs", { ...base, to: "4", sender: "Info", messageCount: 1 }, { channel: "RCS" }],
  [
    "e-mail",
    "/push/email",
    { ...base, to: "a@b.c", smsCount: 1, attemptCount: 1, sendingIp: "192.0.2.0", smtp: { response: "250" } },
    { channel: "EMAIL", messageCount: 1, attemptCount: 1 },
  ],
  ["omni", "/push/omni", { ...base, to: "4", channel: "WHATSAPP", mccMnc: "null" }, { channel: "WHATSAPP" }],
  ["WhatsApp", "/push/whatsapp", { ...base, to: "4", bulkId: "", messageCount: 1 }, { channel: "WHATSAPP" }],
  [
    "Messages API",
    "/push/messages",
    {
      ...base,
      event: "DELIVERY",
      channel: "RCS",
      destination: "4",
      sender: "Info",
      mccMnc: 22801,
      networkId: 7,
    },
    { channel: "RCS", to: "4", from: "Info", mccmnc: "22801", networkId: 7 },
  ],
];

describe("a report of each shape", () => {
  it.each(SHAPES)("%s becomes the same record as JSON and as XML", async (name, path, report, expected) => {
    await push(path, list({ ...report, messageId: `${name} json` }));
    await push(path, xmlOf({ ...report, messageId: `${name} xml` }));
    const [json, xml] = [await historyOf(`${name} json`, 1), await historyOf(`${name} xml`, 1)];
    expect(json.messages).toMatchObject([expected]);
    expect(json.messages[0]).not.toHaveProperty("event");
    expect(xml.messages).toEqual([{ ...json.messages[0], messageId: `${name} xml` }]);
    expect(json.history).toMatchObject([{ type: "REPORT", way: "push", report: expected }]);
  });

  function xmlOf(value: object): string {
    const element = (name: string, inner: unknown): string =>
      typeof inner === "object" && inner !== null
        ? `<${name}>${Object.entries(inner)
            .map(([part, each]) => element(part, each))
            .join("")}</${name}>`
        : `<${name}>${inner}</${name}>`;
    return `<?xml version="1.0"?>\n<DeliveryReports>\n <results>\n  ${element("result", value)}\n </results>\n</DeliveryReports>`;
  }
});

it.each(["order/123", "slash/../..%2e/id", "100%", "a?b#c", " ü "])(
  "the id %j is asked for by its path",
  async (messageId) => {
    await push("/push/viber", list({ ...base, to: "4", sender: "Info", messageCount: 1, messageId }));
    expect((await historyOf(messageId, 1)).messages).toMatchObject([{ messageId }]);
  },
);

describe("events", () => {
  const click = {
    notificationType: "CLICKED",
    recipient: "4",
    url: "https://a.b",
    sendDateTime: 1704106800000,
    messageId: "clicked",
  };

  it("wait for the report of their message, and are kept once however often they come", async () => {
    for (let n = 0; n < 3; n++) await push("/push/tracking", click);
    const before = await historyOf("clicked", 1);
    expect(before).toMatchObject({
      messages: [],
      history: [{ type: "CLICKED", way: "push", source: "tracking", event: click }],
    });
    await push("/push/sms", list(aReport("clicked")));
    const after = await historyOf("clicked", 2);
    expect(after.messages).toMatchObject([{ messageId: "clicked", channel: "SMS" }]);
    expect(typesOf(after).sort()).toEqual(["CLICKED", "REPORT"]);
  });

  it.each([
    ["OPENED", "OPENED"],
    ["CLICKED", "CLICKED"],
    ["COMPLAINED", "COMPLAINED"],
    ["UNSUBSCRIBED", "UNSUBSCRIBED"],
    ["LATE_BOUNCE", "BOUNCED"],
  ])("of e-mail, %s, are told apart by their id", async (notificationType, type) => {
    const event = { notificationType, recipient: "a@b.c", messageId: 4711, sendDateTime: 1704106800000 };
    const messageId = `4711${notificationType.length}`;
    await push("/push/email", { ...event, messageId: Number(messageId), eventId: "one" });
    await push("/push/email", { ...event, messageId: Number(messageId), eventId: "two" });
    await push("/push/email", { ...event, messageId: Number(messageId), eventId: "one", bulkId: "again" });
    expect((await historyOf(messageId, 2)).history).toMatchObject([{ type, channel: "EMAIL" }, { type }]);
  });

  it("of having been seen come with reports, told apart by seenAt", async () => {
    const seen = {
      messageId: "seen",
      from: "4",
      to: "5",
      sendAt: base.sentAt,
      seenAt: "2026-11-24T12:01:00.000+0000",
    };
    await push("/push/whatsapp", list(seen, { ...base, to: "4", messageId: "seen" }));
    await push("/push/messages", list({ ...seen, messageId: "seen", channel: "RCS", event: "SEEN" }));
    const { history, messages } = await historyOf("seen", 3);
    expect(messages).toMatchObject([{ channel: "WHATSAPP" }]);
    expect(history.map(({ type, channel }) => `${type} ${channel}`).sort()).toEqual([
      "REPORT WHATSAPP",
      "SEEN RCS",
      "SEEN WHATSAPP",
    ]);
  });

  it("of a sender's domain go into the log for an alarm, and nowhere else", async () => {
    const lines = vi.mocked(process.stdout.write);
    lines.mockClear();
    await push("/push/email", {
      eventId: "e",
      createdAt: 1,
      eventDetails: { type: "HIGH_BOUNCE_RATE_WARNING", domain: "a.b" },
    });
    await vi.waitFor(() => expect(lines.mock.calls.join("")).toMatch(/"senderWarnings":1/), {
      timeout: 20_000,
    });
    expect(lines.mock.calls.join("")).toMatch(/"warning":"HIGH_BOUNCE_RATE_WARNING".*/);
    expect(lines.mock.calls.join("")).toMatch(/"quarantined":0/);
  });
});

describe("a message's history", () => {
  it("has every report that changed it, newest first, and none that said nothing new", async () => {
    const pending = aReport("told", { status: PENDING, doneAt: undefined, text: undefined });
    await push("/push/sms", list(pending));
    await historyOf("told", 1);
    await push("/push/sms", list(aReport("told"), aReport("other")));
    await historyOf("told", 2);
    await push("/push/sms", list(aReport("told")));
    await arrive(receiver.db, { source: "sms", retentionHours: 876_000 }, [
      aReport("told"),
      aReport("told", { campaignReferenceId: "c" }),
    ]);
    const told = await historyOf("told", 3);
    expect(told.history.map(({ way, report }) => `${way} ${report?.status.groupName}`)).toEqual([
      "pull DELIVERED",
      "push DELIVERED",
      "push PENDING",
    ]);
    expect(told.messages).toMatchObject([{ status: { groupName: "DELIVERED" } }]);
  });

  it("has the reports that do not agree on when it was sent, settled or not", async () => {
    const pending = aReport("moved", { status: PENDING, doneAt: undefined });
    await push("/push/sms", list(pending, aReport("moved-not")));
    await push("/push/sms", list(aReport("moved", { sentAt: "2026-11-24T10:00:00.000+0000" })));
    expect(typesOf(await historyOf("moved", 2))).toEqual(["REPORT", "REPORT"]);
    const { db } = receiver;
    const noteMoved = (moved: readonly Moved[]) => keepMoments(db, moved);
    await settle({ db, clock: systemClock, remainingMs: () => 300_000, noteMoved }, 0);
    expect(typesOf(await historyOf("moved", 2))).toEqual(["REPORT", "REPORT"]);
    expect(await new Events(db, 0).of("moved-not", 0)).toEqual({ events: [], momentsMs: [] });
  });

  it("of which nothing is known is a 404", async () => {
    const { status, body } = await receiver.ask("/omnilog/1/messages/nobody");
    expect([status, body]).toMatchObject([
      404,
      { requestError: { serviceException: { messageId: "NOT_FOUND" } } },
    ]);
  });

  it("is of the message that was asked for, however its id looks when it is encoded", async () => {
    const ids = ["id-a b", "id-a%20b", "q%25", "ü#?"];
    await push("/push/omni", list(...ids.map((id) => aReport(id, { channel: "SMS" }))));
    for (const id of ids) expect((await historyOf(id, 1)).messageId).toBe(id);
  });

  it("shows a client what it may see, and nothing else", async () => {
    const [text, browserLink] = ["for your eyes", "https://example.com/mail/1"];
    await push(
      "/push/omni",
      list(...["SMS", "WHATSAPP"].map((channel) => aReport("legs", { channel, text, browserLink }))),
    );
    await push("/push/whatsapp", list({ messageId: "legs", seenAt: base.doneAt }));
    const url = "https://example.com/reset?token=1";
    await push("/push/omni", list({ messageId: "legs", from: "AnotherBrand", seenAt: base.doneAt }));
    await push("/push/sms", { messageId: "legs", notificationType: "CLICKED", url });
    expect((await historyOf("legs", 5)).messages).toHaveLength(2);
    const { secret, salt, hash } = newSecret();
    const rights = { channels: ["SMS"], isTextHidden: true };
    await new Clients(receiver.db, Date.now).save({ id: "limited", name: "limited", salt, hash, ...rights });
    const headers = { authorization: `App limited-${secret}` };
    const response = await fetch(`${receiver.url}/omnilog/1/messages/legs`, { headers });
    const body = (await response.json()) as History;
    expect(body.messages.map(({ channel }) => channel)).toEqual(["SMS"]);
    expect(body.history.map(({ type, channel }) => `${type} ${channel}`)).toEqual([
      "CLICKED SMS",
      "REPORT SMS",
    ]);
    // What is clicked stood in the text.
    for (const hidden of [text, browserLink, url, "AnotherBrand"])
      expect(JSON.stringify(body)).not.toContain(hidden);
    const other = await fetch(`${receiver.url}/omnilog/1/messages/seen`, { headers });
    expect(other.status).toBe(404);
    // Whether there is something that it may not see, nothing tells.
    const nobody = await fetch(`${receiver.url}/omnilog/1/messages/nobody`, { headers });
    expect(await other.json()).toEqual(await nobody.json());
  });
});
