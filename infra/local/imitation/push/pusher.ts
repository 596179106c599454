import pMap from "p-map";
import type { Message } from "../message.ts";
import type { Report } from "../reports.ts";
import type { SubscriptionBook, Target } from "../subscriptions/book.ts";
import type { World } from "../world.ts";
import { shapeOf, type Written, writeEngagement, writePushedReports } from "./bodies.ts";
import { drawEngagements, type Engagement, EVENT_OF } from "./engagement.ts";
import { retryDelays } from "./retry.ts";
import { Sender, SIGNATURE_HEADER, securityHeaders } from "./send.ts";

/** A body on its way: the same at every attempt. */
interface Delivery {
  readonly channel: string;
  readonly subscriptionId: string;
  readonly written: Written;
  /** Failed so far. */
  failures: number;
  /** Epoch ms. */
  dueAt: number;
}

export interface PusherOptions {
  readonly world: World;
  readonly book: SubscriptionBook;
  readonly now: () => number;
  /** Whether what is pushed can be pulled, too. Infobip's documents do not say; default: it cannot. */
  readonly isAlsoPulled?: boolean;
}

/** Default of Infobip's webhooks: "the default number of delivery reports in a single request is 100". */
const BUCKET = 100;
const WINDOW = 20;
/** Subscriptions name channels as records do, but for this one. */
const CHANNELS: Readonly<Record<string, string>> = { PUSH: "MOBILE_PUSH" };

/**
 * Pushes what subscriptions ask for: reports in buckets of one shape, and what happened to messages later. It has no timer:
 * `run` sends what is due by the clock, so that a test may let days pass at once. Not imitated: `rateLimit`, and the regular
 * expressions of answers. A retry is signed with the settings of its moment; whether Infobip does so, no document says.
 */
export class Pusher {
  /** Bodies that were given up after the last retry. */
  readonly lost: Buffer[] = [];
  /** What signatures come in; how an account sets it up, no document says. */
  signatureHeader = SIGNATURE_HEADER;
  readonly #options: PusherOptions;
  readonly #sender = new Sender();
  readonly #delays = retryDelays();
  #reports: Report[] = [];
  #engagements: Engagement[] = [];
  #deliveries: Delivery[] = [];

  constructor(options: PusherOptions) {
    this.#options = options;
    options.world.divert((report) => this.#take(report));
  }

  /** How many bodies wait for a retry, and events for their time. */
  get waiting(): number {
    return this.#deliveries.length + this.#engagements.length + this.#reports.length;
  }

  /** Sends everything that is due now, and notes what has to be sent again. */
  async run(): Promise<void> {
    const now = this.#options.now();
    this.#options.world.advance(now);
    this.#fill(now);
    const due = this.#deliveries.filter(({ dueAt }) => dueAt <= now);
    this.#deliveries = this.#deliveries.filter(({ dueAt }) => dueAt > now);
    const ofEach = Map.groupBy(due, ({ channel, subscriptionId }) => `${channel} ${subscriptionId}`);
    await Promise.all([...ofEach.values()].map((deliveries) => this.#sendAll(deliveries, now)));
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  /** Whether a report is pushed and nothing else. */
  #take(report: Report): boolean {
    const isPushed = this.#targets(report.message, "DELIVERY").length > 0;
    if (isPushed) this.#reports.push(report);
    if (this.#targets(report.message).length > 0)
      this.#engagements.push(...drawEngagements(report.message, report.event));
    return isPushed && !this.#options.isAlsoPulled;
  }

  #targets({ channel }: Message, event?: string): Target[] {
    return this.#options.book.targets(CHANNELS[channel] ?? channel).filter(({ subscription: { events } }) => {
      const names = events.map((one) => (typeof one === "string" ? one : one.event));
      return event === undefined || names.includes(event);
    });
  }

  /** Makes bodies of what has come up. */
  #fill(now: number): void {
    const groups = Map.groupBy(this.#reports, ({ message }) => `${message.channel} ${shapeOf(message)}`);
    this.#reports = [];
    for (const reports of groups.values()) this.#fillBuckets(reports, now);
    const due = this.#engagements.filter(({ at }) => at <= now);
    this.#engagements = this.#engagements.filter(({ at }) => at > now);
    for (const engagement of due)
      for (const target of this.#targets(engagement.message, EVENT_OF[engagement.type]))
        this.#enqueue(engagement.message, target, writeEngagement(engagement), now);
  }

  #fillBuckets(reports: readonly Report[], now: number): void {
    const [first] = reports;
    if (!first) return;
    for (const target of this.#targets(first.message, "DELIVERY")) {
      const { maxBucketSize = BUCKET, webhook } = target.profile;
      const format = webhook.contentType?.includes("xml") ? "xml" : "json";
      for (let at = 0; at < reports.length; at += maxBucketSize) {
        const bucket = reports.slice(at, at + maxBucketSize);
        this.#enqueue(first.message, target, writePushedReports(shapeOf(first.message), bucket, format), now);
      }
    }
  }

  #enqueue({ channel }: Message, { subscription }: Target, written: Written, now: number): void {
    const { subscriptionId } = subscription;
    const name = CHANNELS[channel] ?? channel;
    this.#deliveries.push({ channel: name, subscriptionId, written, failures: 0, dueAt: now });
  }

  /** What belongs to one subscription; with it, its pushes end. */
  async #sendAll(deliveries: readonly Delivery[], now: number): Promise<void> {
    const [{ channel, subscriptionId } = { channel: "", subscriptionId: "" }] = deliveries;
    const target = this.#options.book
      .targets(channel)
      .find(({ subscription }) => subscription.subscriptionId === subscriptionId);
    if (!target) return;
    const { profile, security } = target;
    const send = async (delivery: Delivery) => {
      const { written } = delivery;
      const headers = securityHeaders(security, written.body, this.signatureHeader);
      if (!(await this.#sender.send(profile, headers, written))) this.#repeat(delivery, now);
    };
    await pMap(deliveries, send, { concurrency: profile.windowSize ?? WINDOW });
  }

  #repeat(delivery: Delivery, now: number): void {
    const delay = this.#delays[delivery.failures];
    if (delay === undefined) {
      this.lost.push(delivery.written.body);
      return;
    }
    this.#deliveries.push({ ...delivery, failures: delivery.failures + 1, dueAt: now + delay });
  }
}
