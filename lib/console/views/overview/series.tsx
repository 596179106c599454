import { useSignal } from "@preact/signals";
import { go } from "../../navigation.ts";
import { msOf } from "../../search/moments.ts";
import { printQuery } from "../../search/query.ts";
import { Chart } from "../../widgets/chart.tsx";
import type { Band, ChartProps } from "../../widgets/chart-props.ts";
import { writePercent } from "../../widgets/numbers.ts";
import { Scrolling } from "../../widgets/scrolling.tsx";
import { Coming } from "../../widgets/states.tsx";
import { unitFor, writeClock, writeDay, writeLength } from "../../widgets/times.tsx";
import { countsOf, groupBy, numberIn, type StatisticsRow } from "./figures.ts";
import { hrefOfIncident } from "./incidents.tsx";
import { pointsOf, STEP_MS, type Stretch, termsAt } from "./range.ts";
import { SeriesTable } from "./series-table.tsx";
import type { Incident, Overview } from "./statistics.ts";

/** What both charts have in common. */
type Common = Pick<ChartProps, "times" | "bands" | "writeTime" | "onPick">;

type Parts = Pick<Overview, "stretch" | "series" | "incidents" | "totals">;

/** The delivery rate and the time to deliver over time, and the same as a table. */
export function Series({ series, ...parts }: Parts) {
  if (series) return <Charts series={series} {...parts} />;
  return (
    <div class="charts">
      {["Delivery rate", "Time to deliver"].map((title) => (
        <section key={title} class="panel">
          <h2>{title}</h2>
          <Coming lines={8} />
        </section>
      ))}
    </div>
  );
}

function Charts({
  stretch,
  series,
  incidents,
  totals,
}: Parts & { readonly series: readonly StatisticsRow[] }) {
  const isTableOpen = useSignal(false);
  const times = pointsOf(stretch);
  const byTime = new Map(groupBy(series, stretch.step).map(([date, rows]) => [msOf(date), rows]));
  const rows = times.map((ms) => byTime.get(ms) ?? []);
  const counts = rows.map(countsOf);
  const common: Common = {
    times,
    bands: bandsOf(incidents ?? [], stretch),
    writeTime: (ms: number) =>
      (stretch.untilMs - stretch.sinceMs > 2 * STEP_MS.DAY ? writeDay : writeClock)(ms),
    onPick: (at: number) => go({ view: "messages", q: printQuery(termsAt(times[at] ?? 0, stretch)) }),
  };
  return (
    <div class="charts">
      <section class="panel">
        <h2>Delivery rate</h2>
        <Chart
          {...common}
          label={`Delivery rate over time; ${writePercent(countsOf(totals).rate)} in all`}
          lines={[{ name: "Delivered", colour: 1, values: counts.map(({ rate }) => rate) }]}
          volume={counts.map(({ sent }) => sent)}
          ends={{ to: 1 }}
          write={(value) => `${+(value * 100).toFixed(1)}%`}
        />
      </section>
      <TimeToDeliver common={common} rows={rows} />
      <details
        class="behind"
        onToggle={(event) => {
          isTableOpen.value = event.currentTarget.open;
        }}
      >
        <summary>These charts as a table</summary>
        {isTableOpen.value && (
          <Scrolling label="The charts as a table">
            <SeriesTable times={times} rows={rows} stretch={stretch} bands={common.bands} />
          </Scrolling>
        )}
      </details>
    </div>
  );
}

function TimeToDeliver({
  common,
  rows,
}: {
  readonly common: Common;
  readonly rows: readonly StatisticsRow[][];
}) {
  const [most, half] = ["DELIVERY_TIME_P95", "DELIVERY_TIME_P50"].map((name) =>
    rows.map(([own]) => numberIn(own, name)),
  );
  const [unitMs, unit] = unitFor(Math.max(0, ...(most ?? []).map((ms) => ms ?? 0)));
  // In its unit, so that the axis has round labels.
  const inUnit = (values: readonly (number | undefined)[] = []) =>
    values.map((ms) => (ms === undefined ? undefined : ms / unitMs));
  return (
    <section class="panel">
      <h2>Time to deliver</h2>
      <Chart
        {...common}
        label="Time to deliver: median and 95th percentile"
        lines={[
          { name: "95% within", colour: 2, values: inUnit(most) },
          { name: "Half within", colour: 3, values: inUnit(half) },
        ]}
        ends={{ from: 0 }}
        write={(value) => writeLength(value * unitMs)}
        writeTick={(value) => `${+value.toFixed(2)} ${unit}`}
      />
    </section>
  );
}

function bandsOf(incidents: readonly Incident[], { untilMs }: Stretch): Band[] {
  return incidents.map((incident) => ({
    label: incident.summary,
    href: hrefOfIncident(incident, untilMs),
    sinceMs: msOf(incident.since),
    untilMs: incident.closedAt ? msOf(incident.closedAt) : untilMs,
  }));
}
