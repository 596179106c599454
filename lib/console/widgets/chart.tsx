import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ChartProps } from "./chart-props.ts";
import { pathOf, scaleOf } from "./chart-scale.ts";
import { Legend } from "./legend.tsx";

const HEIGHT = 176;
const EDGE = { left: 52, right: 12, top: 10, bottom: 24 };

/** A line chart over time. For people who cannot see it, a table has the same numbers and links. */
export function Chart(props: ChartProps) {
  const { times, lines, volume = [], bands, write } = props;
  const width = useSignal(600);
  const at = useSignal<number | undefined>(undefined);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) width.value = entry.contentRect.width;
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const inner = Math.max(40, width.value - EDGE.left - EDGE.right);
  const slot = inner / Math.max(1, times.length);
  const stepMs = (times[1] ?? 1) - (times[0] ?? 0);
  const values = lines.flatMap((line) => line.values.filter((value) => value !== undefined));
  const scale = scaleOf(values, props.ends?.from, props.ends?.to);
  const xOf = (index: number) => EDGE.left + (index + 0.5) * slot;
  const yOf = (value: number) =>
    EDGE.top + (HEIGHT - EDGE.top - EDGE.bottom) * (1 - (value - scale.from) / (scale.to - scale.from));
  const xOfTime = (ms: number) => {
    const place = EDGE.left + ((ms - (times[0] ?? 0)) / stepMs) * slot;
    return Math.max(EDGE.left, Math.min(EDGE.left + inner, place));
  };
  const most = Math.max(1, ...volume);
  const find = (event: PointerEvent | MouseEvent) => {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    const index = Math.floor((event.clientX - left - EDGE.left) / slot);
    at.value = index >= 0 && index < times.length ? index : undefined;
    return at.value;
  };
  const every = Math.max(1, Math.ceil(times.length / Math.max(2, Math.floor(inner / 88))));
  return (
    <div ref={frame} class="chart">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the table behind it has the same as links */}
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={[props.label, ...bands.map(({ label }) => label)].join("; ")}
        onPointerMove={find}
        onPointerLeave={() => {
          at.value = undefined;
        }}
        onClick={(event) => {
          const index = find(event);
          if (index !== undefined) props.onPick(index);
        }}
      >
        {bands.map((band) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the table behind it and the list of incidents have the same as links
          <rect
            key={band.href}
            class="band"
            onClick={(event) => {
              event.stopPropagation();
              location.hash = band.href;
            }}
            x={xOfTime(band.sinceMs)}
            y={EDGE.top}
            width={Math.max(3, xOfTime(band.untilMs) - xOfTime(band.sinceMs))}
            height={HEIGHT - EDGE.top - EDGE.bottom}
          >
            <title>{band.label}</title>
          </rect>
        ))}
        {volume.map((count, index) => {
          const height = ((HEIGHT - EDGE.top - EDGE.bottom) * 0.3 * count) / most;
          const x = xOf(index) - slot * 0.35;
          return (
            <rect
              key={times[index]}
              class="volume"
              x={x}
              y={HEIGHT - EDGE.bottom - height}
              width={slot * 0.7}
              height={height}
            />
          );
        })}
        {scale.ticks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={EDGE.left} x2={EDGE.left + inner} y1={yOf(tick)} y2={yOf(tick)} />
            <text x={EDGE.left - 8} y={yOf(tick) + 4} text-anchor="end">
              {(props.writeTick ?? write)(tick)}
            </text>
          </g>
        ))}
        {times.map((ms, index) =>
          index % every === 0 ? (
            <text key={ms} x={xOf(index)} y={HEIGHT - 6} text-anchor="middle">
              {props.writeTime(ms)}
            </text>
          ) : null,
        )}
        {at.value !== undefined && (
          <line
            class="cursor"
            x1={xOf(at.value)}
            x2={xOf(at.value)}
            y1={EDGE.top}
            y2={HEIGHT - EDGE.bottom}
          />
        )}
        {lines.map((line) => (
          <path
            key={line.name}
            class={`line colour-${line.colour}`}
            d={pathOf(
              line.values.map((value, index) => [xOf(index), value === undefined ? undefined : yOf(value)]),
            )}
          />
        ))}
      </svg>
      <Legend props={props} at={at.value} />
    </div>
  );
}
