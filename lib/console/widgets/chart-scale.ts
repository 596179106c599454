/** Where values lie between two ends, and round values to mark there. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

const NICE = [1, 2, 2.5, 5, 10];

/** A scale of some three steps from `from` (or a round value below the least, where it is undefined) to above the most. */
export function scaleOf(values: readonly number[], from: number | undefined, to: number | undefined): Scale {
  const most = to ?? Math.max(...values, from ?? -Infinity);
  const least = from ?? Math.min(...values, to ?? Infinity);
  if (!Number.isFinite(most) || !Number.isFinite(least)) return { from: from ?? 0, to: to ?? 1, ticks: [] };
  const step = niceStep((most - least || Math.abs(most) || 1) / 3);
  const [low, high] = [from ?? Math.floor(least / step) * step, to ?? Math.ceil(most / step + 1e-9) * step];
  const end = high > low ? high : low + step;
  const count = Math.round((end - low) / step);
  return {
    from: low,
    to: end,
    ticks: Array.from({ length: count + 1 }, (_, at) => low + at * step).filter(
      (tick) => tick <= end + step * 1e-6,
    ),
  };
}

function niceStep(rough: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  return (NICE.find((nice) => nice * magnitude >= rough - 1e-12) ?? 10) * magnitude;
}

/** So long is the dash that stands for a value alone, in pixels. */
const DASH = 6;

/** The path of a line through points; it is broken where there is no value, and a dash where there is one alone. */
export function pathOf(points: readonly (readonly [x: number, y: number | undefined])[]): string {
  const hasValue = (at: number) => points[at]?.[1] !== undefined;
  return points
    .map(([x, y], at) => {
      if (y === undefined) return "";
      if (!hasValue(at - 1) && !hasValue(at + 1))
        return `M${(x - DASH / 2).toFixed(1)} ${y.toFixed(1)}h${DASH}`;
      return `${hasValue(at - 1) ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
