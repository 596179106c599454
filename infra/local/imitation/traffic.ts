import { CHANNELS, FAILURES, NETWORKS, PRICES, SENDERS, TEXTS } from "./catalogue.ts";
import { completeMessage, type Message, type MessageSpec, type Price } from "./message.ts";
import type { Random } from "./random.ts";
import type { Offset } from "./time.ts";
import { drawPending, drawTimeline } from "./timeline.ts";

const OFFSETS: readonly Offset[] = ["+0100", "+0000", "+01:00", "-0300", "Z"];
const BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Draws messages as an account of many senders would send them, with all the oddities seen in Infobip's data. */
export class Traffic {
  readonly #random: Random;
  readonly #prices: readonly string[];
  #bulkId: string;

  constructor(random: Random, prices = PRICES) {
    this.#random = random;
    this.#prices = prices;
    this.#bulkId = random.uuid();
  }

  /** One message sent at `sentAt` (epoch ms), or, after failover, its two parts: VIBER and then SMS. */
  draw(sentAt: number): Message[] {
    const random = this.#random;
    if (random.chance(0.03)) return this.#drawFailover(sentAt);
    const channel = random.chance(0.005) ? "TELEPATHY" : random.skewed(CHANNELS);
    return [
      completeMessage({ ...this.#drawSpec(channel, sentAt), events: drawTimeline(random, channel, sentAt) }),
    ];
  }

  #drawFailover(sentAt: number): Message[] {
    const random = this.#random;
    const spec: MessageSpec = { ...this.#drawSpec("VIBER", sentAt), endpoint: "omni" };
    const events = drawPending(random, sentAt);
    const gaveUpAt = sentAt + random.magnitude(4000, 600_000);
    const { status, errors } = FAILURES[0];
    events.push({ at: gaveUpAt, status, error: random.pick(errors) });
    const viber = completeMessage({ ...spec, events });
    const sms = { ...spec, channel: "SMS", sentAt: gaveUpAt + random.int(1, 500) };
    return [viber, completeMessage({ ...sms, events: drawTimeline(random, "SMS", sms.sentAt) })];
  }

  #drawSpec(channel: string, sentAt: number): MessageSpec {
    const random = this.#random;
    return {
      messageId: drawId(random),
      channel,
      to: drawRecipient(random, channel),
      sentAt,
      offset: random.skewed(OFFSETS),
      ...this.#drawBulk(),
      ...drawContent(random),
      ...drawNetwork(random, channel),
      ...drawPrice(random, channel, this.#prices),
      ...drawUnnamed(random, channel),
    };
  }

  #drawBulk(): Pick<Message, "bulkId"> {
    const random = this.#random;
    if (random.chance(0.1)) this.#bulkId = drawId(random);
    if (random.chance(0.5)) return { bulkId: this.#bulkId };
    return random.chance(0.1) ? { bulkId: "" } : {};
  }
}

/** UUIDs for the most part, and the numeric and alphanumeric ids of other Infobip documents. */
function drawId(random: Random): string {
  if (random.chance(0.8)) return random.uuid();
  return random.chance(0.5) ? `1${random.token("0123456789", 18)}` : random.token(BASE36, 20);
}

function drawRecipient(random: Random, channel: string): string {
  if (channel === "PUSH") return random.uuid();
  if (channel === "EMAIL") return `${random.token(BASE36.slice(10), 6)}+${random.int(1, 99)}@infobip.example`;
  // Few enough numbers that several messages go to the same one.
  return `${random.pick(["4179", "3859", "4478", "5511"])}${random.magnitude(1_000_000, 1_000_500)}`;
}

function drawContent(random: Random): Partial<Message> {
  const words = random.pick(TEXTS);
  const messageCount = random.chance(0.1) ? random.int(2, 7) : 1;
  const text = words.padEnd(messageCount > 1 ? messageCount * 150 : 0, " More words.");
  return {
    messageCount,
    ...(random.chance(0.99) && { from: random.skewed(SENDERS) }),
    ...(random.chance(0.97) && { text }),
    ...(random.chance(0.4) && { fromInReports: true }),
  };
}

/** E-mail has no network; a push has one only in logs; WhatsApp reports were seen with the text "null". */
function drawNetwork(random: Random, channel: string): Partial<Message> {
  if (channel === "EMAIL" || random.chance(0.05)) return {};
  if (channel === "WHATSAPP" ? random.chance(0.5) : random.chance(0.02)) return { mccmnc: "null" };
  return { mccmnc: random.skewed(NETWORKS), ...(random.chance(0.1) && { mccMncIsInteger: true }) };
}

function drawPrice(random: Random, channel: string, prices: readonly string[]): { price?: Price } {
  if (channel === "EMAIL") return { price: { pricePerMessage: "0", currency: "UNKNOWN" } };
  if (random.chance(0.02)) return {};
  const currency = random.chance(0.9) ? "EUR" : random.pick(["USD", "GBP", "BRL"]);
  return { price: { pricePerMessage: random.skewed(prices), currency } };
}

/** Callback data, and fields that no document names. */
function drawUnnamed(random: Random, channel: string): Partial<Message> {
  const extra = random.pick([
    { campaignReferenceId: `summer-${random.int(1, 9)}` },
    { platform: { entityId: random.token(BASE36, 8), applicationId: "default" } },
  ]);
  return {
    ...(channel !== "EMAIL" &&
      random.chance(0.15) && { callbackData: `order="${random.int(1, 9999)}" & <more>` }),
    ...(random.chance(0.05) && { extra }),
  };
}
