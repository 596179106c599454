import { Chance } from "./chance.ts";
import { type Found, quietMonth, trouble, type World } from "./play.ts";

const VOLUMES = [50, 200, 1_000, 5_000, 10_000, 50_000, 500_000];
/** What is looked for: the share that is lost, for how long, and how soon it must be found, by messages a day. */
const TROUBLES = [
  { name: "rate halved for 2 h", lost: 0.5, hours: 2, goal: { 1000: 30, 10000: 15 } },
  { name: "nothing delivered for 2 h", lost: 1, hours: 2, goal: { 1000: 15 } },
  { name: "15 % less for 4 h", lost: 0.15, hours: 4, goal: {} },
] as const;
const MOST_FALSE = 0.1;

export interface Size {
  readonly months: number;
  readonly troubles: number;
  readonly seed: number;
  readonly volumes?: readonly number[];
}

/** Prints the table of a world; says whether every goal is met. */
export function report(world: World, size: Size, print: (line: string) => void): boolean {
  const { troubles, seed, volumes = VOLUMES } = size;
  const months = Math.ceil(size.months / volumes.length);
  const missed: string[] = [];
  const mark = (text: string, isGood: boolean) => {
    if (!isGood) missed.push(text);
    return isGood ? text : `${text} *`;
  };
  print(row([`${world}: messages a day`, ...volumes.map((volume) => volume.toLocaleString("en"))]));
  const quiet = volumes.map((volume) =>
    times(months, (n) => quietMonth(world, new Chance(seed * 1e6 + volume * 7 + n), volume)).flat(),
  );
  const rates = quiet.map((kinds) => kinds.length / Math.max(1, months));
  print(row(["false alarms a month", ...rates.map((rate) => mark(rate.toFixed(2), rate <= MOST_FALSE))]));
  for (const { name, lost, hours, goal } of TROUBLES) {
    const found = volumes.map((volume) =>
      times(troubles, (n) => trouble(world, new Chance(seed * 2e6 + volume * 11 + n), volume, lost, hours)),
    );
    const cells = found.map((list, n) => {
      const most = mostMinutes(goal, volumes[n] ?? 0);
      const { share, median } = sumUp(list);
      const isGood = most === undefined || (share === 1 && (median ?? Infinity) <= most);
      return mark(`${Math.floor(100 * share)} % / ${median ?? "–"}`, isGood);
    });
    print(row([`${name}: found / median minutes`, ...cells]));
    print(row(["  alarms for each that was found", ...found.map(alarmsEach)]));
  }
  const kinds = Object.entries(Object.groupBy(quiet.flat(), (kind) => kind));
  const told = kinds.map(([kind, list]) => `${list?.length} ${kind}`).join(", ");
  print(`${months} months and ${troubles} troubles of each volume, seed ${seed}. False: ${told || "none"}.`);
  print(missed.length === 0 ? "Every goal is met.\n" : `* ${missed.length} goals are missed.\n`);
  return missed.length === 0;
}

function times<T>(count: number, one: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => one(n));
}

function mostMinutes(goal: Readonly<Record<number, number>>, volume: number): number | undefined {
  return Object.entries(goal)
    .filter(([least]) => volume >= Number(least))
    .at(-1)?.[1];
}

function sumUp(list: readonly Found[]) {
  const minutes = list
    .flatMap((found) => (found.minutes === undefined ? [] : [found.minutes]))
    .sort((a, b) => a - b);
  return { share: minutes.length / list.length, median: minutes[Math.floor(minutes.length / 2)] };
}

function alarmsEach(list: readonly Found[]): string {
  const found = list.filter(({ minutes }) => minutes !== undefined);
  return (found.reduce((sum, { alarms }) => sum + alarms, 0) / Math.max(1, found.length)).toFixed(2);
}

function row(cells: readonly string[]): string {
  return cells.map((cell, n) => (n === 0 ? cell.padEnd(44) : cell.padStart(13))).join("");
}
