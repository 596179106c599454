import { HOUR_MS } from "../../../../lib/statistics/alerts/past-hours.ts";
import type { Chance } from "./chance.ts";

/** How one segment behaves: everything that is drawn once for it. */
export interface Traffic {
  readonly perDay: number;
  readonly rate: number;
  readonly rejected: number;
  readonly slow: number;
  /** Nine in ten have their end within so many minutes … five minutes at the most. */
  readonly within: readonly number[];
  readonly waitMs: number;
  /** By hour of the week, the mean being 1. */
  readonly curve: readonly number[];
  /** Growth a day. */
  readonly growth: number;
  /** From this day on everything is an hour later or earlier. */
  readonly shift: { readonly day: number; readonly hours: number };
  readonly holidays: ReadonlyMap<number, number>;
  readonly campaigns: readonly Campaign[];
  readonly price: number;
  /** The segment did not exist before this day. */
  readonly firstDay: number;
}

interface Campaign {
  readonly fromMs: number;
  readonly toMs: number;
  readonly times: number;
  readonly rate: number;
}

export const CLUMPS = 0.02;
const DAYS = 60;

/** Draws a segment; day 28 is the first of the month that is judged. */
export function drawTraffic(chance: Chance, perDay: number): Traffic {
  const rate = chance.next() < 0.7 ? chance.between(0.9, 0.99) : chance.between(0.7, 0.9);
  const fast = chance.between(0.75, 0.98);
  const within = [1, 2, 3, 4, 5].map((minute) => 1 - (1 - fast) ** minute);
  const waitMs = (within.findIndex((share) => share >= 0.9) + 1 || 5) * 60_000;
  const holidays = new Map<number, number>();
  for (let day = 0; day < DAYS; day += 1)
    if (chance.next() < 0.02) holidays.set(day, chance.between(0.1, 1.5));
  return {
    ...{ perDay, rate, within, waitMs, holidays },
    rejected: chance.between(0, 0.03),
    slow: chance.between(0, 0.05),
    curve: drawCurve(chance),
    growth: 1 + chance.between(-0.01, 0.02),
    shift: { day: Math.floor(chance.between(28, 90)), hours: chance.pick([-1, 1]) },
    campaigns: drawCampaigns(chance, rate),
    price: 0.05,
    firstDay: chance.next() < 0.1 ? Math.floor(chance.between(0, 50)) : 0,
  };
}

/** As in the design's own model: 95 %, clumps, campaigns, a mild curve of the day, and nothing else. */
export function plainTraffic(chance: Chance, perDay: number): Traffic {
  const drawn = drawTraffic(chance, perDay);
  const rate = 0.95;
  return {
    ...drawn,
    ...{ rate, growth: 1, holidays: new Map(), campaigns: drawCampaigns(chance, rate), firstDay: 0 },
    shift: { day: DAYS, hours: 0 },
    curve: drawCurve(chance, 0.3, 1),
  };
}

function drawCurve(chance: Chance, night = chance.between(0.05, 0.5), weekend = chance.between(0.3, 1)) {
  const peak = chance.between(10, 18);
  const curve = Array.from({ length: 168 }, (_, n) => {
    const day = Math.floor(n / 24);
    const up = (1 + Math.cos((2 * Math.PI * ((n % 24) - peak)) / 24)) / 2;
    // 1 January 1970 was a Thursday.
    return (night + (1 - night) * up) * (day === 2 || day === 3 ? weekend : 1);
  });
  const mean = curve.reduce((sum, value) => sum + value, 0) / 168;
  return curve.map((value) => value / mean);
}

/** Half of all segments have campaigns; of these, a third goes to lists that are dead for the most part. */
function drawCampaigns(chance: Chance, rate: number): Campaign[] {
  const aWeek = chance.next() < 0.5 ? 0 : chance.between(0.3, 3);
  const isDead = chance.next() < 1 / 3;
  return Array.from({ length: chance.poisson((aWeek * DAYS) / 7) }, () => {
    const fromMs = (Math.floor(chance.between(0, DAYS)) * 24 + chance.between(8, 19)) * HOUR_MS;
    return {
      fromMs,
      toMs: fromMs + chance.between(0.5, 3) * HOUR_MS,
      times: chance.between(1.5, 8),
      rate: rate * (isDead ? chance.between(0.5, 0.9) : chance.between(0.9, 1)),
    };
  });
}

/** What happens in five minutes: so many messages a minute, of which this share is delivered. */
export function trafficAt(traffic: Traffic, ms: number): { perMinute: number; rate: number } {
  const { perDay, curve, growth, shift, holidays, campaigns, rate } = traffic;
  const day = Math.floor(ms / HOUR_MS / 24);
  if (day < traffic.firstDay) return { perMinute: 0, rate };
  const hour = ms / HOUR_MS + (day >= shift.day ? shift.hours : 0);
  const [at, next] = [curve[Math.floor(hour) % 168] ?? 1, curve[(Math.floor(hour) + 1) % 168] ?? 1];
  const usual =
    (perDay / 1440) * (at + (next - at) * (hour % 1)) * growth ** (day - 28) * (holidays.get(day) ?? 1);
  const found = campaigns.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);
  if (!found) return { perMinute: usual, rate };
  const extra = found.times - 1;
  return { perMinute: usual * found.times, rate: (rate + extra * found.rate) / found.times };
}
