import { useSignal } from "@preact/signals";
import { explainError } from "../../explain/explain.ts";
import { hrefOfMessages } from "../../search/links.ts";
import type { Term } from "../../search/query.ts";
import { Bar } from "../../widgets/bar.tsx";
import { writeCount, writePercent } from "../../widgets/numbers.ts";
import { Coming, Empty } from "../../widgets/states.tsx";
import { countsOf, groupBy, type StatisticsRow } from "./figures.ts";
import { termsOf } from "./range.ts";
import type { Overview } from "./statistics.ts";

const MOST_ERRORS = 8;
const MOST_NETWORKS = 4;

/** Failures by error and by network. Each is a link to its messages. */
export function Failures({ stretch, failures: known }: Pick<Overview, "stretch" | "failures">) {
  const failures = known ?? [];
  const all = countsOf(failures).sent;
  const errors = groupBy(failures, "ERROR_CODE");
  const terms: Term[] = [{ word: "status", value: "failed" }, ...termsOf(stretch)];
  return (
    <section class="panel">
      <h2 class="measure">
        <span>Why messages failed</span>
        <span class="quiet">Failed</span>
        <span class="quiet">Of all</span>
      </h2>
      {!known && <Coming lines={8} />}
      {known && all === 0 && <Empty title="Nothing failed in this time." />}
      <ol class="measures">
        {errors.slice(0, MOST_ERRORS).map(([error, rows]) => (
          <li key={error}>
            <Failure error={error} rows={rows} all={all} terms={terms} />
          </li>
        ))}
      </ol>
      {errors.length > MOST_ERRORS && (
        <a href={hrefOfMessages(...terms)}>{errors.length - MOST_ERRORS} more errors: all that failed</a>
      )}
    </section>
  );
}

function Failure(props: {
  readonly error: string;
  readonly rows: readonly StatisticsRow[];
  readonly all: number;
  readonly terms: readonly Term[];
}) {
  const { error, rows, all, terms } = props;
  const count = countsOf(rows).sent;
  const isNamed = error !== "" && error !== "N/A" && error !== "NO_ERROR";
  const own: Term[] = isNamed ? [{ word: "error", value: error }, ...terms] : [...terms];
  const meaning = isNamed ? explainError({ name: error })?.meaning.replace(/\.$/, "") : "No error was told";
  const to = (...more: Term[]) => hrefOfMessages(...own, ...more);
  const isWhole = useSignal(false);
  const networks = groupBy(rows, "NETWORK_ID").filter(([network]) => /^\d{4,6}$/.test(network));
  const shown = isWhole.value ? networks.length : MOST_NETWORKS;
  return (
    <>
      <a class="measure" href={to()}>
        <span class="measure-name">{meaning ?? error}</span>
        <span class="measure-count">{writeCount(count)}</span>
        <span class="measure-part">{writePercent(count / all)}</span>
      </a>
      <Bar href={to()} pieces={[{ part: count / all, colour: "bad", href: to() }]} />
      <p class="beneath">
        {isNamed && meaning && <code>{error}</code>}
        {networks.slice(0, shown).map(([network, of]) => (
          <a key={network} href={to({ word: "network", value: network })}>
            {network} <span class="quiet">{writeCount(countsOf(of).sent)}</span>
          </a>
        ))}
        {networks.length > shown && (
          <button
            type="button"
            onClick={() => {
              isWhole.value = true;
            }}
          >
            {networks.length - shown} more networks
          </button>
        )}
      </p>
    </>
  );
}
