import type { Scatter } from "./bounds.ts";
import type { Judged } from "./shares.ts";

/** An hour by its number since 1970, and what a rule judges in it. */
export interface JudgedHour extends Judged {
  readonly hour: number;
  /** How far its share may be above the usual without counting as scatter (campaigns.ts). */
  readonly allowance: number;
}

/** The assumed clumping if the history is too small to tell. */
const PRIOR_CLUMP = 0.03;
const LEAST_CLUMP = 0.02;
const MOST = 0.9;
/** How precisely a correlation between the messages of an hour must be known to outweigh that assumption. */
const RESOLUTION = 0.005;
const LONG_HOURS = 6;
/** The worst one in a hundred is no scatter but trouble that nobody told, or a campaign too small to be seen. */
const OUTLIERS = 0.01;

/**
 * How a segment's share scatters around its usual value, beyond chance. It is measured between hours, and between
 * blocks of six hours: clumps of five minutes shrink to a sixth from one to the other, whereas what lasts for hours
 * does not. `usualAt` must not know the hour itself, or a short history would seem to have no scatter.
 */
export function scatterOf<T extends JudgedHour>(hours: readonly T[], usualAt: (hour: T) => number): Scatter {
  const short = correlation(hours, usualAt, 1, PRIOR_CLUMP / 12);
  const long = correlation(hours, usualAt, LONG_HOURS, PRIOR_CLUMP / 12 / LONG_HOURS);
  const lasting = Math.min(short, Math.max(0, (LONG_HOURS * long - short) / (LONG_HOURS - 1)));
  return {
    clump: Math.min(MOST, Math.max(LEAST_CLUMP, 12 * (short - lasting))),
    long: Math.min(MOST, lasting),
  };
}

/** The correlation between two messages in the same block (by moments), shrunk towards a prior if there are few. */
function correlation<T extends JudgedHour>(
  hours: readonly T[],
  usualAt: (hour: T) => number,
  stretch: number,
  prior: number,
): number {
  const blocks: { excess: number; weight: number; noise: number }[] = [];
  for (const list of Map.groupBy(hours, ({ hour }) => Math.floor(hour / stretch)).values()) {
    let [off, chance, messages] = [0, 0, 0];
    for (const hour of list) {
      const share = Math.min(0.999, Math.max(0.001, usualAt(hour)));
      const above = hour.bad - hour.messages * share;
      off += above > 0 ? Math.max(0, above - hour.messages * hour.allowance * (1 - share)) : above;
      chance += hour.messages * share * (1 - share);
      messages += hour.messages;
    }
    if (messages < 2) continue;
    blocks.push({
      excess: off * off - chance,
      weight: chance * (messages - 1),
      noise: 2 * chance * chance,
    });
  }
  blocks.sort((a, b) => a.excess - b.excess);
  const most = blocks.at(-1 - Math.ceil(blocks.length * OUTLIERS))?.excess ?? 0;
  let [excess, weight, noise] = [0, 0, 0];
  for (const block of blocks) {
    excess += Math.min(most, block.excess);
    weight += block.weight;
    noise += block.noise;
  }
  const drawn = Math.sqrt(noise) / RESOLUTION;
  return Math.max(0, (excess + prior * drawn) / (weight + drawn));
}
