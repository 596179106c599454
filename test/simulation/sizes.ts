import { hash, Random } from "../../infra/local/imitation/random.ts";

/**
 * Most schedules are small: what goes wrong mostly needs few messages and few rounds, and a small one costs half as much
 * as a large one. The large ones are for what needs many, and for long waits. A burst is small but for its messages.
 */
export const SIZES = ["large", "small", "burst"] as const;
export type Size = (typeof SIZES)[number];

const LARGE_SHARE = 0.015;
const BURST_SHARE = 0.001;

/** The size that a seed draws. */
export function drawSize(seed: number): Size {
  const drawn = new Random(hash(seed, "size")).next();
  if (drawn < LARGE_SHARE) return "large";
  return drawn < LARGE_SHARE + BURST_SHARE ? "burst" : "small";
}

/** What is smaller where a schedule is not large; of its messages more are still to end. */
interface Small {
  readonly messages: number;
  readonly lateShare: number;
  readonly rounds: number;
  readonly campaigns: number | undefined;
}

export function drawSmall(seed: number, size: Size): Small {
  const random = new Random(hash(seed, "small"));
  return {
    messages: size === "burst" ? random.int(1_060, 1_200) : random.magnitude(4, 16),
    lateShare: random.pick([0.5, 0.8]),
    rounds: random.magnitude(1, 3),
    campaigns: random.pick([1, 1, 1, 2, 2, 2, 4, 4, 8, undefined]),
  };
}
