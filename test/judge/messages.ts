/** A message of the judge's account: how logs and reports write it, and what an archive must serve. */
export interface Message {
  endpoint: string;
  sentAtMs: number;
  reports: object[];
  log: object;
  truth: Truth;
}
export type Truth = Record<string, unknown> & { messageId: string; channel: string };

/** A small seeded source of chance (mulberry32). */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    const t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    return ((t ^ (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(end: number): number {
    return Math.floor(this.next() * end);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  /** The fields, in so many of all cases. */
  maybe(share: number, fields: object): object {
    return this.next() < share ? fields : {};
  }
}

const { rawJSON } = JSON as unknown as { rawJSON(digits: string): object };
const state = (groupId: number, groupName: string, id: number, name: string, more: object = {}) => ({
  status: { groupId, groupName, id, name, description: `It is ${name}`, ...more },
});
const error = (groupName: string, id: number, description: string, permanent = false) => ({
  error: { groupId: id && 1, groupName, id, name: id ? "EC_FAILED" : "NO_ERROR", description, permanent },
});
const HANDSET = { ...state(3, "DELIVERED", 5, "DELIVERED_TO_HANDSET"), ...error("OK", 0, "No Error") };
const OPERATOR = { ...state(3, "DELIVERED", 2, "DELIVERED_TO_OPERATOR"), ...error("OK", 0, "No Error") };
const PENDING = [state(1, "PENDING", 26, "PENDING_ACCEPTED"), state(1, "PENDING", 7, "PENDING_ENROUTE")];
const FINAL = [
  ...Array<typeof HANDSET>(5).fill(HANDSET),
  { ...state(3, "DELIVERED", 77, "DELIVERED_TO_FRIDGE"), ...error("Ok", 0, "No error") },
  {
    ...state(2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED"),
    ...error("HANDSET_ERRORS", 27, "Absent"),
  },
  { ...state(4, "EXPIRED", 15, "EXPIRED_EXPIRED"), ...error("OPERATOR_ERRORS", 5003, "Late", true) },
  {
    ...state(5, "REJECTED", 6, "REJECTED_NETWORK", { action: "Call us" }),
    ...error("USER_ERRORS", 87, "Barred"),
  },
];
const PRICES = "0,0.01,0.0100,0.0104,0.000000123456789012,12.50,123456789012345678.9".split(",");
const CHANNELS = "SMS,SMS,SMS,PUSH,EMAIL,VIBER,WHATSAPP,VOICE,PARCEL_PIGEON".split(",");
const TEXTS = ["Test SMS.", 'Žluť & <b>"q"\\\r\n\t', "🎉 a, b; {c} ]", "   ", "null", "%2B+ %"];
export const SENDERS = ["InfoSMS", "1234", "Shop & Co", "385915550100", "Ярмарка"];
export const RECIPIENTS = ["41793026727", "41793026728", "ann@example.com", "c0ffee00-1fcb-497c", "+38598"];

/**
 * `count` messages of every kind, sent in the 40 hours before `now`; some share their millisecond. With `isAllInLogs`
 * the logs say what reports alone say otherwise: else a lost report could not be made up for in every field.
 */
export function makeMessages(count: number, now: number, chance: Chance, isAllInLogs = false): Message[] {
  const messages: Message[] = [];
  for (let n = 0; messages.length < count; n++) {
    const sentAtMs = now - 60_000 - Math.floor(chance.next() ** 3 * 40 * 3600) * chance.pick([1000, 997]);
    const messageId = chance.pick([`m${n}`, `${n}-ff4804ef-6ab6`, `M_${n}:x/y`]);
    messages.push(makeMessage(messageId, chance.pick(CHANNELS), sentAtMs, chance));
    // A failover: the same message over a second channel.
    if (chance.next() < 0.05) messages.push(makeMessage(messageId, "LINE", sentAtMs + 30_000, chance));
  }
  if (isAllInLogs) for (const { log, truth } of messages) Object.assign(log, onlyReported(truth));
  return messages.slice(0, count);
}

const onlyReported = ({ error, callbackData, novel }: Truth) => ({ error, callbackData, novel });

function makeMessage(messageId: string, channel: string, sentAtMs: number, chance: Chance): Message {
  const isOwn = ["SMS", "PUSH", "EMAIL"].includes(channel) && chance.next() < 0.8;
  const endpoint = isOwn ? channel.toLowerCase() : "omni";
  const hasNetwork = endpoint === "omni" || endpoint === "sms";
  const network = hasNetwork ? chance.pick(["22801", "21910", "310260", "null", ""]) : "";
  const offset = chance.pick(["+0100", "+0000", "-0330", "+05:30", "Z"]);
  const count = 1 + chance.below(4);
  const price = { pricePerMessage: chance.pick(PRICES), currency: chance.pick(["EUR", "UNKNOWN"]) };
  const rawPrice = { price: { ...price, pricePerMessage: rawJSON(price.pricePerMessage) } };
  const bulk = chance.maybe(0.6, { bulkId: `bulk-${chance.below(40)}` });
  const from = chance.maybe(0.9, { from: chance.pick(SENDERS) });
  const ids = { ...bulk, messageId, to: chance.pick(RECIPIENTS) };
  const text = chance.pick(TEXTS);
  const steps = chance.pick([[], [OPERATOR], [OPERATOR, chance.pick(FINAL)], ...FINAL.map((step) => [step])]);
  const doneAtMs = sentAtMs + chance.below(50_000);
  const extra = {
    ...chance.maybe(0.2, { callbackData: '{"a":1}' }),
    ...chance.maybe(0.1, { novel: { a: [1] } }),
  };
  const reports = steps.map((step, n) => ({
    ...chance.maybe(0.1, { bulkId: "" }),
    ...ids,
    ...(endpoint === "sms" ? chance.maybe(0.3, from) : {}),
    sentAt: written(sentAtMs, offset),
    doneAt: written(doneAtMs + n * 1000, offset),
    [endpoint === "sms" ? "smsCount" : "messageCount"]: count,
    ...(network && { mccMnc: network !== "null" && chance.next() < 0.2 ? Number(network) : network }),
    ...rawPrice,
    ...step,
    ...(endpoint === "omni" || endpoint === "email" ? { channel } : {}),
    ...extra,
  }));
  const { error: lastError, ...last } = { error: undefined, ...(steps.at(-1) ?? chance.pick(PENDING)) };
  const lastDoneAtMs = doneAtMs + (steps.length - 1) * 1000;
  const known = (write: typeof written) => ({
    ...{ ...ids, ...from, text, sentAt: write(sentAtMs, offset), messageCount: count, ...last, channel },
    ...(steps.length > 0 ? { doneAt: write(lastDoneAtMs, offset) } : {}),
  });
  return {
    ...{ endpoint, sentAtMs, reports },
    log: { ...known(written), ...rawPrice, ...(network && { mccmnc: network }) },
    truth: {
      ...{ ...known(served), price },
      ...(network && network !== "null" && { mccmnc: network }),
      ...(lastError ? { error: lastError, ...extra } : {}),
    },
  };
}

/** A moment as Infobip may write it: with this offset. */
export function written(ms: number, offset: string): string {
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)/.exec(offset) ?? [];
  const shift = hours ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
  return new Date(ms + shift).toISOString().replace("Z", offset);
}

/** The same as an archive serves it. */
export function served(ms: number, offset: string): string {
  return written(ms, offset)
    .replace("Z", "+0000")
    .replace(/:(\d\d)$/, "$1");
}
