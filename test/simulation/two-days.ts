import { CHANNELS, FAILURES, SENDERS, TEXTS } from "../../infra/local/imitation/catalogue.ts";
import { ACCEPTED, DELIVERED, type MessageSpec, NO_ERROR } from "../../infra/local/imitation/message.ts";
import { hash, Random } from "../../infra/local/imitation/random.ts";
import type { World } from "../../infra/local/imitation/world.ts";

const HOUR_MS = 3_600_000;

/** What an account has sent when a schedule begins. */
export interface TwoDays {
  readonly seed: number;
  readonly messages: number;
  readonly isBurst: boolean;
  readonly startMs: number;
  /** None is older, so that the logs do not forget it before the schedule is over. */
  readonly reachMs: number;
  /** So many at most are still to end, and no more than this part of all: half, if nothing is said. */
  readonly mostLate: number;
  readonly lateShare?: number;
  /** In so many hours of the two days was something sent, besides the last one; undefined: at any time. */
  readonly campaigns?: number | undefined;
}

/**
 * Two days of messages, a burst perhaps, and some that are still to end. Many do while the schedule lasts, whenever
 * they were sent: if their report is lost, only a check of everything that the logs still know can make up for it.
 */
export function sendTwoDays(
  world: World,
  { seed, messages, isBurst, startMs, reachMs, mostLate, lateShare = 0.5, campaigns }: TwoDays,
): void {
  const random = new Random(hash(seed, "account"));
  const stretches = drawStretches(new Random(hash(seed, "campaigns")), { startMs, reachMs, campaigns });
  const crowd = isBurst ? messages - 50 : 0;
  const burstAt = startMs - random.magnitude(60_000, reachMs);
  world.send(crowd, { from: burstAt, until: burstAt + random.magnitude(20, 60_000) });
  const late = Math.min(Math.floor(messages * lateShare), mostLate);
  for (let n = 0; n < late; n++)
    world.add(drawLate(random, `late-${seed}-${n}`, startMs, random.pick(stretches)));
  const rest = messages - crowd - late;
  for (const [n, stretch] of stretches.entries())
    world.send(shareOf(rest >> 1, n, stretches.length), stretch);
  world.send(rest - (rest >> 1), { from: startMs - HOUR_MS, until: startMs });
}

interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** When something was sent: in a few hours, as accounts do that send campaigns, or all the time. */
function drawStretches(
  random: Random,
  { startMs, reachMs, campaigns }: Pick<TwoDays, "startMs" | "reachMs" | "campaigns">,
): Stretch[] {
  if (campaigns === undefined) return [{ from: startMs - reachMs, until: startMs }];
  return Array.from({ length: campaigns }, () => {
    const from = startMs - random.int(HOUR_MS, reachMs);
    return { from, until: from + random.magnitude(60_000, HOUR_MS) };
  });
}

/** The n-th of so many parts of a whole. */
function shareOf(whole: number, n: number, parts: number): number {
  return Math.floor((whole * (n + 1)) / parts) - Math.floor((whole * n) / parts);
}

/** A message that is pending when the schedule begins, and ends within half an hour. */
function drawLate(random: Random, messageId: string, startMs: number, { from, until }: Stretch): MessageSpec {
  const sentAt = random.int(from, until);
  const { status, errors } = random.pick(FAILURES);
  const at = startMs + random.magnitude(5_000, 2_000_000);
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
