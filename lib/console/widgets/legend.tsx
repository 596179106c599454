import type { ChartProps } from "./chart-props.ts";
import { writeCount } from "./numbers.ts";

/** The names of the lines, and their values at the point under the pointer. */
export function Legend({ props, at }: { readonly props: ChartProps; readonly at: number | undefined }) {
  const { times, lines, volume, write, writeTime } = props;
  const ms = at === undefined ? undefined : times[at];
  return (
    <p class="legend" aria-hidden="true">
      {lines.map((line) => {
        const value = at === undefined ? undefined : line.values[at];
        return (
          <span key={line.name}>
            <span class={`swatch colour-${line.colour}`} />
            {line.name} {value !== undefined && <strong>{write(value)}</strong>}
          </span>
        );
      })}
      {volume && at !== undefined && <span>{writeCount(volume[at] ?? 0)} sent</span>}
      {ms !== undefined && <span class="legend-time">{writeTime(ms)}</span>}
    </p>
  );
}
