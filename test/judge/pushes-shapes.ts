import { served, type Truth, written } from "./messages.ts";
import type { Facts, Shape, Step } from "./pushes-facts.ts";

const { rawJSON } = JSON as unknown as { rawJSON(digits: string): object };
const priceOf = ({ price }: Facts) => ({
  price: { ...price, pricePerMessage: rawJSON(price.pricePerMessage) },
});
const some = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value });
const times = ({ sentAtMs, offset }: Facts, { doneAtMs }: Step) => ({
  sentAt: written(sentAtMs, offset),
  doneAt: written(doneAtMs, offset),
});
const ids = ({ bulkId, messageId }: Facts) => ({ ...some("bulkId", bulkId), messageId });
const result = ({ status, error }: Step) => ({ status, error });
const own = ({ platform, campaign }: Facts) => ({
  ...some("platform", platform),
  ...some("campaignReferenceId", campaign),
});
const network = (facts: Facts) => some("mccMnc", facts.network);
const networkKnown = (facts: Facts) => some("mccmnc", facts.network);
const priceKnown = ({ price }: Facts) => ({ price });
const sender = ({ from }: Facts) => some("from", from);
const callback = ({ callbackData }: Facts) => some("callbackData", callbackData);

const newer = (kind: string, channel: string, hasNetwork: boolean): Shape => ({
  kind,
  channels: [channel],
  xml: ["DeliveryReports", "result"],
  write: (facts, step) => ({
    ...{ ...ids(facts), ...priceOf(facts), ...result(step), ...some("sender", facts.from), to: facts.to },
    ...{ ...times(facts, step), messageCount: facts.count, ...(hasNetwork && network(facts)) },
    ...{ ...callback(facts), ...own(facts) },
  }),
  truth: (facts) => ({
    ...{ ...sender(facts), ...priceKnown(facts), ...(hasNetwork && networkKnown(facts)) },
    ...{ ...callback(facts), ...own(facts) },
  }),
});

export const SHAPES = {
  sms1: {
    kind: "sms",
    channels: ["SMS"],
    pulledFrom: "sms",
    write: (facts, step) => ({
      ...{ ...ids(facts), to: facts.to, ...sender(facts), ...times(facts, step), smsCount: facts.count },
      ...{ ...network(facts), ...callback(facts), ...priceOf(facts), ...result(step) },
      ...{ ...facts.platform, ...some("campaignReferenceId", facts.campaign) },
    }),
    truth: (facts) => ({
      ...{ ...sender(facts), ...networkKnown(facts), ...callback(facts), ...priceKnown(facts) },
      ...{ ...facts.platform, ...some("campaignReferenceId", facts.campaign) },
    }),
  },
  sms3: newer("sms", "SMS", true),
  push3: newer("push", "PUSH", false),
  viber2: newer("viber", "VIBER", true),
  rcs2: newer("rcs", "RCS", true),
  email: {
    kind: "email",
    channels: ["EMAIL"],
    write: (facts, step) => ({
      ...{ ...ids(facts), to: facts.to, ...times(facts, step), smsCount: facts.count, ...priceOf(facts) },
      ...{ ...result(step), ...callback(facts), ...EMAIL },
    }),
    truth: (facts) => ({ ...priceKnown(facts), ...callback(facts), ...EMAIL }),
  },
  omni: {
    kind: "omni",
    channels: ["VIBER", "WHATSAPP", "SMS", "LINE", "VOICE"],
    pulledFrom: "omni",
    write: (facts, step) => ({
      ...{ ...ids(facts), to: facts.to, ...times(facts, step), messageCount: facts.count, ...network(facts) },
      ...{
        ...priceOf(facts),
        ...result(step),
        channel: facts.channel,
        ...callback(facts),
        ...contact(facts),
      },
    }),
    truth: (facts) => ({
      ...{ ...networkKnown(facts), ...priceKnown(facts), ...callback(facts), ...contact(facts) },
    }),
  },
  whatsapp: {
    kind: "whatsapp",
    channels: ["WHATSAPP"],
    write: (facts, step) => ({
      ...{ bulkId: "", ...priceOf(facts), ...result(step), ...ids(facts), ...times(facts, step) },
      ...{ messageCount: facts.count, to: facts.to },
    }),
    truth: priceKnown,
  },
  messages: {
    kind: "messages",
    channels: ["WHATSAPP", "SMS", "RCS", "APPLE_MB"],
    xml: ["MessagesApiDeliveryReportResponse", "results"],
    write: (facts, step) => ({
      ...{ event: "DELIVERY", channel: facts.channel, ...some("sender", facts.from), destination: facts.to },
      ...{ ...times(facts, step), ...ids(facts), messageCount: facts.count, ...result(step) },
      ...{ ...some("mccMnc", facts.network && Number(facts.network)), networkId: 7, ...own(facts) },
      ...{ ...callback(facts), deviceDetails: "Fridge" },
    }),
    truth: (facts) => ({
      ...{ ...sender(facts), ...networkKnown(facts), networkId: 7, ...own(facts), ...callback(facts) },
      deviceDetails: "Fridge",
    }),
  },
} as const satisfies Readonly<Record<string, Shape>>;
export type ShapeName = keyof typeof SHAPES;
export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[];
export const shapeNamed = (name: ShapeName): Shape => SHAPES[name];

const EMAIL = {
  attemptCount: 2,
  timeToFirstAttempt: 250,
  browserLink: "https://example.com/view?a=1&b=2",
  sendingIp: "192.0.2.7",
  "smtp.response": "250 2.0.0 OK",
};
const contact = ({ channel, to }: Facts) =>
  channel === "WHATSAPP" ? { contact: { name: "Ann <3", phoneNumber: to, userId: "u-1" } } : {};

/** The record that an archive must serve once it has seen all of these steps. */
export function truthOf(shape: ShapeName, facts: Facts, steps: readonly Step[]): Truth {
  const last = steps.at(-1) as Step;
  const { messageId, channel, to, bulkId, sentAtMs, offset, count } = facts;
  return {
    ...{ ...some("bulkId", bulkId), messageId, channel, to, messageCount: count, ...result(last) },
    ...{ sentAt: served(sentAtMs, offset), doneAt: served(last.doneAtMs, offset) },
    ...shapeNamed(shape).truth(facts),
  };
}
