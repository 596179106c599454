import { hrefOfMessages } from "../../search/links.ts";
import type { Term } from "../../search/query.ts";
import type { Band } from "../../widgets/chart-props.ts";
import { Icon } from "../../widgets/icons.tsx";
import { writeCount, writePercent } from "../../widgets/numbers.ts";
import { writeLength, writeWhen } from "../../widgets/times.tsx";
import { countsOf, numberIn, type StatisticsRow } from "./figures.ts";
import { STEP_MS, type Stretch, termsAt } from "./range.ts";

const NAMES = ["From", "Sent", "Delivered", "Failed", "Pending", "Half within", "95% within"];

/** The numbers in the charts, as a table with links to their messages. */
export function SeriesTable(props: {
  readonly times: readonly number[];
  readonly rows: readonly StatisticsRow[][];
  readonly stretch: Stretch;
  readonly bands: readonly Band[];
}) {
  const stepMs = STEP_MS[props.stretch.step];
  return (
    <table>
      <thead>
        <tr>
          {NAMES.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.times.map((ms, at) => (
          <Line
            key={ms}
            ms={ms}
            rows={props.rows[at] ?? []}
            stretch={props.stretch}
            bands={props.bands.filter(({ sinceMs, untilMs }) => sinceMs < ms + stepMs && untilMs > ms)}
          />
        ))}
      </tbody>
    </table>
  );
}

function Line({
  ms,
  rows,
  stretch,
  bands,
}: {
  readonly ms: number;
  readonly bands: readonly Band[];
  readonly rows: StatisticsRow[];
  readonly stretch: Stretch;
}) {
  const { sent, rate, failed, pending } = countsOf(rows);
  if (sent === 0) return null;
  const link = (text: string, ...terms: Term[]) => (
    <a href={hrefOfMessages(...terms, ...termsAt(ms, stretch))}>{text}</a>
  );
  const delivered: Term = { word: "status", value: "DELIVERED" };
  const length = (name: string) => {
    const ms = numberIn(rows[0], name);
    return ms !== undefined && link(writeLength(ms), delivered);
  };
  return (
    <tr>
      <th scope="row">
        {link(writeWhen(ms))}
        {bands.map(({ label, href }) => (
          <a key={href} class="small worse" href={href} title={label} aria-label={label}>
            <Icon name="warning" />
          </a>
        ))}
      </th>
      <td>{link(writeCount(sent))}</td>
      <td>{link(writePercent(rate), delivered)}</td>
      <td>{failed > 0 ? link(writeCount(failed), { word: "status", value: "failed" }) : 0}</td>
      <td>{pending > 0 ? link(writeCount(pending), { word: "status", value: "PENDING" }) : 0}</td>
      <td>{length("DELIVERY_TIME_P50")}</td>
      <td>{length("DELIVERY_TIME_P95")}</td>
    </tr>
  );
}
