import { hrefOf } from "../../navigation.ts";
import { printQuery, type Term } from "../../search/query.ts";
import { writeCount, writePercent } from "../../widgets/numbers.ts";
import { writeLength, writeWhen } from "../../widgets/times.tsx";
import { countsOf, numberIn, type Row } from "./figures.ts";
import { type Stretch, termsAt } from "./range.ts";

const NAMES = ["From", "Sent", "Delivered", "Failed", "Pending", "Half within", "95% within"];

/** What the charts show, as numbers; each leads to its messages. */
export function SeriesTable(props: {
  readonly times: readonly number[];
  readonly rows: readonly Row[][];
  readonly stretch: Stretch;
}) {
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
          <Line key={ms} ms={ms} rows={props.rows[at] ?? []} stretch={props.stretch} />
        ))}
      </tbody>
    </table>
  );
}

function Line({
  ms,
  rows,
  stretch,
}: {
  readonly ms: number;
  readonly rows: Row[];
  readonly stretch: Stretch;
}) {
  const { sent, rate, failed, pending } = countsOf(rows);
  if (sent === 0) return null;
  const link = (text: string, ...terms: Term[]) => (
    <a href={hrefOf({ view: "messages", q: printQuery([...terms, ...termsAt(ms, stretch)]) })}>{text}</a>
  );
  const length = (name: string) => writeLength(numberIn(rows[0], name) ?? Number.NaN);
  return (
    <tr>
      <th scope="row">{link(writeWhen(ms))}</th>
      <td>{writeCount(sent)}</td>
      <td>{link(writePercent(rate), { word: "status", value: "DELIVERED" })}</td>
      <td>{failed > 0 ? link(writeCount(failed), { word: "status", value: "failed" }) : 0}</td>
      <td>{pending > 0 ? link(writeCount(pending), { word: "status", value: "PENDING" }) : 0}</td>
      <td>{length("DELIVERY_TIME_P50")}</td>
      <td>{length("DELIVERY_TIME_P95")}</td>
    </tr>
  );
}
