import { CHANNELS, FAILURES, SENDERS, TEXTS } from "../infobip/catalogue.ts";
import { ACCEPTED, DELIVERED, type MessageSpec, NO_ERROR, type ReportEndpoint } from "../infobip/message.ts";
import { hash, Random } from "../infobip/random.ts";
import type { Report, ReportQuery } from "../infobip/reports.ts";
import { World } from "../infobip/world.ts";
import type { Schedule } from "./schedule.ts";

const HOUR_MS = 3_600_000;
/** No message is so old that the logs forget it before the schedule is over. */
const REACH_MS = 40 * HOUR_MS;

/** An account that remembers which reports it handed out since it was last asked. */
export class Account extends World {
  #given = new Map<ReportEndpoint, Report[]>();

  override takeReports(endpoint: ReportEndpoint, query: ReportQuery, now: number): Report[] {
    const taken = super.takeReports(endpoint, query, now);
    this.#given.set(endpoint, [...(this.#given.get(endpoint) ?? []), ...taken]);
    return taken;
  }

  /** The reports handed out since the last call, by endpoint. */
  given(): ReadonlyMap<ReportEndpoint, readonly Report[]> {
    const given = this.#given;
    this.#given = new Map();
    return given;
  }
}

/**
 * The account of a schedule that begins now: two days of messages, a burst perhaps, and some that are still to come.
 * Many end while the schedule lasts, whenever they were sent: if their report is lost, only a check of everything that
 * the logs still know can make up for it.
 */
export function openAccount({ seed, messages, isBurst }: Schedule, nowMs: number): Account {
  const random = new Random(hash(seed, "account"));
  const world = new Account({ seed, startAt: nowMs, messagesPerSecond: messages / 6_000 });
  const crowd = isBurst ? messages - 50 : 0;
  const burstAt = nowMs - random.magnitude(60_000, REACH_MS);
  world.send(crowd, { from: burstAt, until: burstAt + random.magnitude(20, 60_000) });
  const late = Math.min(messages >> 1, 60);
  for (let n = 0; n < late; n++) world.add(drawLate(random, `late-${seed}-${n}`, nowMs));
  const rest = messages - crowd - late;
  world.send(rest >> 1, { from: nowMs - REACH_MS, until: nowMs });
  world.send(rest - (rest >> 1), { from: nowMs - HOUR_MS, until: nowMs });
  return world;
}

/** A message that is pending when the schedule begins, and ends within half an hour. */
function drawLate(random: Random, messageId: string, nowMs: number): MessageSpec {
  const sentAt = nowMs - random.int(0, REACH_MS);
  const { status, errors } = random.pick(FAILURES);
  const at = nowMs + random.magnitude(5_000, 2_000_000);
  const end = random.chance(0.5)
    ? { status: DELIVERED, error: NO_ERROR }
    : { status, error: random.pick(errors) };
  return {
    messageId,
    sentAt,
    channel: random.pick(CHANNELS),
    from: random.pick(SENDERS),
    text: random.pick(TEXTS),
    events: [
      { at: sentAt, status: ACCEPTED, done: random.chance(0.5) },
      { at, ...end },
    ],
  };
}
