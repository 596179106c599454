import { msOf } from "../../search/moments.ts";
import { writeCount } from "../../widgets/numbers.ts";
import { Scrolling } from "../../widgets/scrolling.tsx";
import { writeLength } from "../../widgets/times.tsx";
import { type Health, PASSES, type Source } from "./standing.ts";

/** Where reports come from, and how far they have been compared with the logs, and settled. */
export function Sources({ found }: { readonly found: Health }) {
  const { sources, settling, reconciling, push } = found;
  const hasDetail = sources.some(({ openPulls }) => openPulls !== undefined);
  return (
    <section class="panel wide">
      <h2>Sources</h2>
      <Scrolling label="Sources">
        <table>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Last pulled</th>
              {hasDetail && <th scope="col">Pulls under way</th>}
              {hasDetail && <th scope="col">Pages to merge</th>}
              {hasDetail && <th scope="col">Doubts</th>}
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.source}>
                <th scope="row">{source.source}</th>
                <td>
                  {source.lagSeconds === undefined
                    ? "never"
                    : `${writeLength(source.lagSeconds * 1_000)} ago`}
                </td>
                {hasDetail && <td>{writeCount(source.openPulls ?? 0)}</td>}
                {hasDetail && <td>{writeCount(source.waitingPages ?? 0)}</td>}
                {hasDetail && <td>{doubtsOf(source)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      <dl class="standing">
        {reconciling?.passes.map(({ pass, behindSeconds }) => (
          <div key={pass}>
            <dt>Compared with the logs {PASSES[pass] ?? pass}</dt>
            <dd>{behindSeconds > 0 ? `${writeLength(behindSeconds * 1_000)} behind` : "up to date"}</dd>
          </div>
        ))}
        {settling && (
          <div>
            <dt>To be settled</dt>
            <dd>
              {writeCount(settling.waitingPages)} {settling.waitingPages === 1 ? "page" : "pages"}
              {settling.waitingSeconds > 0 && `, for ${writeLength(settling.waitingSeconds * 1_000)}`}
            </dd>
          </div>
        )}
        {push?.lastArrivalAt && (
          <div>
            <dt>Last pushed by Infobip</dt>
            <dd>{writeLength(Math.max(0, Date.now() - msOf(push.lastArrivalAt)))} ago</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function doubtsOf({ doubts = [] }: Source): string {
  return doubts.length === 0
    ? "0"
    : doubts.map(({ reason, count }) => `${writeCount(count)} ${reason}`).join(", ");
}
