import type { Chance, Truth } from "./messages.ts";
import type { Facts, Step } from "./pushes-facts.ts";
import { SHAPE_NAMES, type ShapeName, shapeNamed, truthOf } from "./pushes-shapes.ts";

/** A message of the judge's account: its reports as one shape writes them, what happened to it later, and the truth. */
export interface Told {
  readonly shape: ShapeName;
  readonly facts: Facts;
  readonly reports: readonly object[];
  readonly events: readonly Happening[];
  readonly truth: Truth;
}

/** Something that happened to a message: its type in a history, where it is pushed to, and the body. */
export interface Happening {
  readonly type: string;
  readonly kind: string;
  readonly body: object;
}

const state = (groupId: number, groupName: string, id: number, name: string) => ({
  ...{ groupId, groupName, id, name, description: `It is ${name}` },
});
const error = (groupId: number, groupName: string, id: number, permanent = false) => ({
  ...{ groupId, groupName, id, name: id ? "EC_FAILED" : "NO_ERROR", description: "as told", permanent },
});
const HANDSET = { status: state(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"), error: error(0, "OK", 0) };
const OPERATOR = { status: state(3, "DELIVERED", 2, "DELIVERED_TO_OPERATOR"), error: error(0, "Ok", 0) };
const FINAL = [
  ...Array<typeof HANDSET>(6).fill(HANDSET),
  {
    status: state(2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED"),
    error: error(1, "HANDSET_ERRORS", 27),
  },
  { status: state(4, "EXPIRED", 15, "EXPIRED_EXPIRED"), error: error(3, "OPERATOR_ERRORS", 5003, true) },
  { status: state(5, "REJECTED", 6, "REJECTED_NETWORK"), error: error(2, "USER_ERRORS", 87, true) },
];
const PRICES = "0,0.01,0.0100,0.000000123456789012,12.50,123456789012345678.9".split(",");
const CALLBACKS = ["plain", '{"a":[1]}', "Žluť & <b>", "   ", "🎉"];
const OFFSETS = ["+0000", "+0100", "-0330", "+05:30", "Z"];
const NETWORKS = ["22801", "21910", "310260"];

/** Messages with some `reports` reports together, sent in the 40 hours before `now`, each in a shape of its own. */
export function makeTold(reports: number, now: number, chance: Chance): Told[] {
  const told: Told[] = [];
  for (let n = 0, made = 0; made < reports; n++) {
    const shape = SHAPE_NAMES[n % SHAPE_NAMES.length] as ShapeName;
    const facts = makeFacts(n, shape, now, chance);
    const steps = makeSteps(facts, chance);
    made += steps.length;
    told.push({
      ...{ shape, facts, reports: steps.map((step) => shapeNamed(shape).write(facts, step)) },
      ...{ events: makeEvents(n, shape, facts, chance), truth: truthOf(shape, facts, steps) },
    });
  }
  return told;
}

function makeFacts(n: number, shape: ShapeName, now: number, chance: Chance): Facts {
  const { channels } = shapeNamed(shape);
  const channel = chance.pick(channels);
  return {
    // An e-mail's id may come as a number in what is tracked.
    messageId: shape === "email" && n % 2 ? `9${n}` : chance.pick([`j${n}`, `${n}-ff4804ef`, `M_${n}:x/y`]),
    ...{ channel, to: channel === "EMAIL" ? `ann${n % 50}@example.com` : `4179302${n % 100}` },
    sentAtMs: now - 60_000 - chance.below(40 * 3_600_000),
    ...{ offset: chance.pick(OFFSETS), count: 1 + chance.below(4) },
    price: { pricePerMessage: chance.pick(PRICES), currency: chance.pick(["EUR", "UNKNOWN"]) },
    ...chance.maybe(0.9, { from: chance.pick(["InfoSMS", "Shop & Co", "385915550100"]) }),
    ...chance.maybe(0.6, { bulkId: `bulk-${chance.below(60)}` }),
    ...chance.maybe(0.8, { network: chance.pick(NETWORKS) }),
    ...chance.maybe(0.3, { callbackData: chance.pick(CALLBACKS) }),
    ...chance.maybe(0.2, { platform: { entityId: "promo", applicationId: "app & 1" } }),
    ...chance.maybe(0.1, { campaign: "summer" }),
  };
}

function makeSteps({ sentAtMs }: Facts, chance: Chance): Step[] {
  const doneAtMs = sentAtMs + chance.below(50_000);
  const steps = chance.pick([[chance.pick(FINAL)], [OPERATOR, chance.pick(FINAL)], [chance.pick(FINAL)]]);
  return steps.map((step, n) => ({ ...step, doneAtMs: doneAtMs + n * 1000 }));
}

function makeEvents(n: number, shape: ShapeName, facts: Facts, chance: Chance): Happening[] {
  const { messageId, channel, to, from, bulkId, sentAtMs } = facts;
  const sent = new Date(sentAtMs).toISOString().replace("Z", "+0000");
  const seenAt = new Date(sentAtMs + 60_000).toISOString().replace("Z", "+0000");
  const tracked = { recipient: to, sendDateTime: sentAtMs, messageId, bulkId };
  const list = (body: object) => ({ results: [body] });
  const seen = (kind: string, body: object): Happening => ({ type: "SEEN", kind, body: list(body) });
  if (chance.next() < 0.9) return [];
  if (shape === "email") return makeMailEvents(n, facts, tracked, chance);
  if (channel === "SMS" && shape !== "messages")
    return [{ type: "CLICKED", kind: chance.pick(["sms", "tracking"]), body: click(tracked) }];
  if (shape === "messages")
    return [
      seen("messages", {
        ...{ event: "SEEN", channel, sender: from, destination: to, sentAt: sent, seenAt, messageId },
      }),
    ];
  if (shape === "omni") return [seen("omni", { messageId, from, to, sendAt: sent, seenAt })];
  return [seen(shapeNamed(shape).kind, { messageId, from, to, sentAt: sent, seenAt })];
}

const click = (tracked: object) => ({
  ...{ notificationType: "CLICKED", url: "https://example.com/?a=1&b=2", ...tracked },
  recipientInfo: { deviceType: "Phone", os: "Android", deviceName: "Samsung" },
});

const MAIL_EVENTS: Readonly<Record<string, string>> = {
  OPENED: "OPENED",
  CLICKED: "CLICKED",
  COMPLAINED: "COMPLAINED",
  LATE_BOUNCE: "BOUNCED",
  UNSUBSCRIBED: "UNSUBSCRIBED",
};

function makeMailEvents(n: number, { messageId }: Facts, tracked: object, chance: Chance): Happening[] {
  const types = Object.keys(MAIL_EVENTS).filter(() => chance.next() < 0.4);
  return types.map((type) => ({
    type: MAIL_EVENTS[type] as string,
    kind: chance.pick(["email", "tracking"]),
    body: {
      ...{ notificationType: type, eventId: `${n}-${type}`, domain: "example.com", ...tracked },
      // The specification has a number where its examples have a text.
      messageId: /^\d+$/.test(messageId) ? Number(messageId) : messageId,
      geoLocation: { countryName: "Vodnjan", city: "Croatia" },
    },
  }));
}
