import { LOGS_KEPT_MS, type LogQuery, selectLogs } from "./logs.ts";
import {
  completeMessage,
  isReported,
  type Message,
  type MessageSpec,
  type ReportEndpoint,
} from "./message.ts";
import { afflict, type Outage } from "./outage.ts";
import { hash, Random } from "./random.ts";
import { matchesReport, type Report, type ReportQuery } from "./reports.ts";
import { Traffic } from "./traffic.ts";
import { type TruthRecord, truthOf } from "./truth.ts";

/** What the account is made of; the same options and calls give the same messages. */
export interface WorldOptions {
  seed: number;
  /** Epoch ms from which live traffic runs. */
  startAt: number;
  /** Live traffic, drawn up to the moment last asked about; default none. */
  messagesPerSecond?: number;
  /** A network of live traffic that is down for some minutes of each hour; default none. */
  outage?: Outage;
  /** What live messages cost; default every kind of number that a price may be. */
  prices?: readonly string[];
  /** Does it forget messages that the logs show no more, so that it can run for weeks? Then `truth` lacks them, too. */
  isForgetful?: boolean;
}

/** Old messages are dropped by so many minutes of them at a time, since each time looks at all that are left. */
const FORGOTTEN_AT_ONCE_MS = 10 * 60_000;

/** The simulated account: its messages, and the reports that wait on each endpoint. It has no clock of its own. */
export class World {
  #messages: Message[] = [];
  readonly #queues: Record<ReportEndpoint, Report[]> = { sms: [], push: [], email: [], omni: [] };
  readonly #random: Random;
  readonly #traffic: Traffic;
  readonly #liveRandom: Random;
  readonly #liveTraffic: Traffic;
  readonly #messagesPerSecond: number;
  readonly #outage: Outage | undefined;
  readonly #isForgetful: boolean;
  #upcoming: Report[] = [];
  #nextLiveAt: number;
  #divert: (report: Report) => boolean = () => false;

  constructor({ seed, startAt, messagesPerSecond = 0, outage, prices, isForgetful = false }: WorldOptions) {
    // Four sources, so that live messages do not depend on when others are sent.
    this.#random = new Random(hash(seed, "moments"));
    this.#traffic = new Traffic(new Random(hash(seed, "messages")));
    this.#liveRandom = new Random(hash(seed, "live moments"));
    this.#liveTraffic = new Traffic(new Random(hash(seed, "live messages")), prices);
    this.#messagesPerSecond = messagesPerSecond;
    this.#outage = outage;
    this.#isForgetful = isForgetful;
    this.#nextLiveAt = this.#afterGap(startAt);
  }

  /** Adds `count` messages whose sentAt lies between the two moments (epoch ms, both included). */
  send(count: number, between: { from: number; until: number }): void {
    for (let left = count; left > 0; ) {
      const drawn = this.#traffic.draw(this.#random.int(between.from, between.until));
      // The second part of a failover is left out where there is no room for it.
      const fitting = drawn.filter(({ sentAt }) => sentAt <= between.until).slice(0, left);
      for (const message of fitting) this.add(message);
      left -= fitting.length;
    }
  }

  /** Adds exactly this message; what the spec leaves out is filled in by `completeMessage`. */
  add(spec: MessageSpec): void {
    const message = completeMessage(spec);
    this.#messages.push(message);
    for (const event of message.events) {
      if (isReported(event)) this.#upcoming.push({ message, event });
    }
  }

  /** Makes what should have happened until now (epoch ms): live messages, and reports of past events. */
  advance(now: number): void {
    while (this.#nextLiveAt <= now) {
      for (const message of this.#liveTraffic.draw(Math.floor(this.#nextLiveAt)))
        this.add(this.#outage ? afflict(message, this.#outage) : message);
      this.#nextLiveAt = this.#afterGap(this.#nextLiveAt);
    }
    if (this.#isForgetful) this.#forget(now - LOGS_KEPT_MS);
    const due = this.#upcoming.filter(({ event }) => event.at <= now);
    if (due.length === 0) return;
    this.#upcoming = this.#upcoming.filter(({ event }) => event.at > now);
    for (const report of due.sort((one, other) => one.event.at - other.event.at)) {
      if (!this.#divert(report)) this.#queues[report.message.endpoint].push(report);
    }
  }

  /** Asks this of every report that comes up from now on; what it takes does not wait on an endpoint. */
  divert(take: (report: Report) => boolean): void {
    this.#divert = take;
  }

  /** Hands out the oldest reports that match, once and for all. */
  takeReports(endpoint: ReportEndpoint, query: ReportQuery, now: number): Report[] {
    this.advance(now);
    const taken = this.#queues[endpoint]
      .filter((report) => matchesReport(report, query))
      .slice(0, query.limit);
    const gone = new Set(taken);
    this.#queues[endpoint] = this.#queues[endpoint].filter((report) => !gone.has(report));
    return taken;
  }

  /** The messages of the last 48 hours that match, newest first; reading them changes nothing. */
  logs(query: LogQuery, now: number): Message[] {
    this.advance(now);
    return selectLogs(this.#messages, query, now);
  }

  /** How many reports wait on an endpoint. */
  waiting(endpoint: ReportEndpoint, now: number): number {
    this.advance(now);
    return this.#queues[endpoint].length;
  }

  /** What a perfect archive would serve now: one record of each message and channel, in no set order. */
  truth(now: number): TruthRecord[] {
    this.advance(now);
    return this.#messages.filter(({ sentAt }) => sentAt <= now).map((message) => truthOf(message, now));
  }

  /** Reports that have not been handed out stay: each has its message. */
  #forget(beforeMs: number): void {
    const [oldest] = this.#messages;
    if (!oldest || oldest.sentAt >= beforeMs - FORGOTTEN_AT_ONCE_MS) return;
    this.#messages = this.#messages.filter(({ sentAt }) => sentAt >= beforeMs);
  }

  /** Live messages come independently of each other, so the gaps are exponential. */
  #afterGap(at: number): number {
    if (this.#messagesPerSecond === 0) return Infinity;
    return at + (-Math.log(1 - this.#liveRandom.next()) / this.#messagesPerSecond) * 1000;
  }
}
