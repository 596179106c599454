import { doneAtOf, type Message } from "../message.ts";
import { hash } from "../random.ts";
import { defined, type Format, type Report, type WireRecord, writePrice, writeReport } from "../reports.ts";
import { writeInstant } from "../time.ts";
import { writeXml, writeXmlList } from "../xml.ts";
import type { Engagement } from "./engagement.ts";

/** The bodies that Infobip pushes reports in (OpenAPI 3.210.0, webhooks), by the API that sent the message. */
export type Shape = "sms1" | "sms3" | "push3" | "viber2" | "email" | "omni" | "whatsapp" | "messages";

const SHAPES: Readonly<Record<string, readonly [Shape, ...Shape[]]>> = {
  sms: ["sms1", "sms3"],
  push: ["push3"],
  email: ["email"],
  VIBER: ["viber2", "omni"],
  WHATSAPP: ["whatsapp", "messages"],
};

/** The shape of a message's reports: that of its channel or, sent by a failover, omni's. */
export function shapeOf({ endpoint, channel, messageId }: Message): Shape {
  const shapes = SHAPES[endpoint === "omni" ? channel : endpoint] ?? (["omni"] as const);
  return shapes[hash(messageId, "shape") % shapes.length] ?? shapes[0];
}

/** How the XML of a shape is enveloped; without one there is JSON only. */
const ENVELOPES: Readonly<Partial<Record<Shape, string>>> = {
  sms1: "reportResponse",
  sms3: "DeliveryReports",
  push3: "DeliveryReports",
  viber2: "DeliveryReports",
  email: "ReportsResponse",
  omni: "omniReportsResponse",
  messages: "MessagesApiDeliveryReportResponse",
};

/** A body as it goes over the wire. */
export interface Written {
  readonly contentType: string;
  readonly body: Buffer;
}

/** Reports of one shape in one body; XML where it is wanted and the shape has it. */
export function writePushedReports(shape: Shape, reports: readonly Report[], format: Format): Written {
  const envelope = format === "xml" ? ENVELOPES[shape] : undefined;
  const records = reports.map((report) => WRITERS[shape](report, envelope ? "xml" : "json"));
  if (envelope === undefined) return json({ results: records });
  // The Messages API alone has `results` in `results`.
  const isOdd = shape === "messages";
  const text = isOdd
    ? writeXml(envelope, { results: { results: records } })
    : writeXmlList(envelope, records);
  return { contentType: "application/xml", body: Buffer.from(text) };
}

/** What of a report is in every body of the newer APIs. */
function common({ message, event }: Report): WireRecord {
  return {
    bulkId: message.bulkId,
    messageId: message.messageId,
    sentAt: writeInstant(message.sentAt, message.offset),
    doneAt: doneAtOf(message, event),
    messageCount: message.messageCount,
    status: event.status,
    error: event.error,
    callbackData: message.callbackData,
  };
}

function newer(report: Report): WireRecord {
  const { message } = report;
  const { to, from, mccmnc, extra } = message;
  return defined({
    ...common(report),
    ...{ to, sender: from, price: writePrice(message) },
    ...(mccmnc !== "null" && { mccMnc: mccmnc }),
    ...extra,
  });
}

const WRITERS: Readonly<Record<Shape, (report: Report, format: Format) => WireRecord>> = {
  sms1: writeReport,
  sms3: newer,
  push3: newer,
  viber2: newer,
  omni: writeReport,
  email: (report) => {
    const { message } = report;
    const { messageCount, ...rest } = common(report);
    const attempts = { attemptCount: 1, timeToFirstAttempt: 120, sendingIp: "192.0.2.25" };
    const price = writePrice(message);
    return defined({ ...rest, to: message.to, smsCount: messageCount, price, ...attempts, ...message.extra });
  },
  whatsapp: (report) => {
    const { message } = report;
    const bulkId = message.bulkId ?? "";
    return defined({
      ...common(report),
      bulkId,
      to: message.to,
      price: writePrice(message),
      ...message.extra,
    });
  },
  messages: (report) => {
    const { channel, from, to, mccmnc, extra } = report.message;
    const network = mccmnc === undefined || mccmnc === "null" ? {} : { mccMnc: Number(mccmnc) };
    return defined({
      ...{ event: "DELIVERY", channel, sender: from, destination: to },
      ...common(report),
      ...network,
      ...extra,
    });
  },
};

/** What happened to a message: a list for what was seen, a single object for what was clicked and for e-mail. */
export function writeEngagement(engagement: Engagement): Written {
  const { message, type, at } = engagement;
  return json(type === "SEEN" ? { results: [seen(message, at)] } : tracked(engagement));
}

function seen(message: Message, at: number): WireRecord {
  const { messageId, from, to, channel, bulkId, offset } = message;
  const [sent, seenAt] = [writeInstant(message.sentAt, offset), writeInstant(at, offset)];
  const shape = shapeOf(message);
  if (shape === "omni") return defined({ messageId, from, to, sendAt: sent, seenAt });
  if (shape === "messages")
    return defined({
      ...{ event: "SEEN", channel, sender: from, destination: to, sentAt: sent, seenAt, bulkId, messageId },
    });
  return defined({ messageId, from, to, sentAt: sent, seenAt });
}

function tracked({ message, type, eventId }: Engagement): WireRecord {
  const { messageId, to, bulkId, sentAt, channel } = message;
  return defined({
    notificationType: type,
    ...(channel === "EMAIL" && { eventId, domain: "infobip.example" }),
    recipient: to,
    ...(type === "CLICKED" && { url: "https://example.com/offer" }),
    sendDateTime: sentAt,
    ...{ messageId, bulkId },
    recipientInfo: { deviceType: "Phone", os: "Android", deviceName: "Samsung" },
    ...(channel === "EMAIL" && { geoLocation: { countryName: "Croatia", city: "Vodnjan" } }),
  });
}

function json(value: unknown): Written {
  return { contentType: "application/json", body: Buffer.from(JSON.stringify(value)) };
}
