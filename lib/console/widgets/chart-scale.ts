/** Maps values between two ends to positions, and has round labels. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

const NICE = [1, 2, 2.5, 5, 10];

/**
 * A scale with about three steps, from `from` (if undefined, from a round value below the minimum) to above the
 * maximum.
 */
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

/** The length of the dash for a single value, in pixels. */
const DASH = 6;

/** The path of a line through points. It is interrupted where there is no value, and a dash where there is only one. */
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
