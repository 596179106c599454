import type { LogQuery } from "../../infra/local/imitation/logs.ts";
import type { Message, MessageSpec } from "../../infra/local/imitation/message.ts";
import { hash, Random } from "../../infra/local/imitation/random.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { sendTwoDays } from "./two-days.ts";

const HOUR_MS = 3_600_000;
/** No message is so old that the logs forget it before the schedule is over. */
export const REACH_MS = 38 * HOUR_MS;

/** How late the logs are, at most: with a message at all, and with what became of it. */
export interface LogsDelay {
  readonly listedMs: number;
  readonly statusMs: number;
}

export interface AccountOptions {
  readonly seed: number;
  readonly messages: number;
  readonly startMs: number;
  readonly delay: LogsDelay;
  /** Are most messages sent within a second or a minute? */
  readonly isBurst: boolean;
  /** In so many hours something was sent; undefined: at any time. */
  readonly campaigns?: number | undefined;
  /** Such a part of them at most is still to end; half, if nothing is said. */
  readonly lateShare?: number;
}

/** The account of a schedule. Its logs may be late, each message by a time of its own. */
export class Account extends World {
  readonly #seed: number;
  #delay: LogsDelay;
  /** From here on nothing more happens in it, and its logs are up to date. */
  #stoppedMs = Number.POSITIVE_INFINITY;

  #trafficUntilMs = Number.POSITIVE_INFINITY;

  constructor({ seed, messages, startMs, delay }: AccountOptions) {
    super({ seed, startAt: startMs, messagesPerSecond: messages / 6_000 });
    this.#seed = seed;
    this.#delay = delay;
  }

  /** The moment in the account: that of the loop, until it stops. */
  momentOf(nowMs: number): number {
    return Math.min(nowMs, this.#stoppedMs);
  }

  /** Nothing is sent after this moment. */
  stopTraffic(atMs: number): void {
    this.#trafficUntilMs = atMs;
  }

  override add(spec: MessageSpec): void {
    if (spec.sentAt <= this.#trafficUntilMs) super.add(spec);
  }

  stop(nowMs: number): void {
    this.#stoppedMs = nowMs;
  }

  catchUp(): void {
    this.#delay = { listedMs: 0, statusMs: 0 };
  }

  override logs(query: LogQuery, nowMs: number): Message[] {
    const { listedMs, statusMs } = this.#delay;
    if (listedMs === 0 && statusMs === 0) return super.logs(query, nowMs);
    const { limit, ...filters } = query;
    return super
      .logs({ ...filters, limit: Number.POSITIVE_INFINITY }, nowMs)
      .filter((message) => message.sentAt <= nowMs - this.#delayOf(message, "listed") * listedMs)
      .slice(0, limit)
      .map((message) => asOf(message, nowMs - this.#delayOf(message, "status") * statusMs));
  }

  /** None for most messages, else some part of the most. */
  #delayOf({ messageId, channel }: Message, what: string): number {
    const random = new Random(hash(this.#seed, "delay", what, messageId, channel));
    return random.chance(0.5) ? 0 : random.next();
  }
}

function asOf(message: Message, atMs: number): Message {
  const events = message.events.filter(({ at }) => at <= atMs);
  return events.length === message.events.length ? message : { ...message, events };
}

/** The account of a schedule. */
export function openAccount(options: AccountOptions): Account {
  const account = new Account(options);
  sendTwoDays(account, { ...options, reachMs: REACH_MS, mostLate: 40 });
  return account;
}
