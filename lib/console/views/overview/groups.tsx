import { hrefOfMessages } from "../../search/links.ts";
import type { Term } from "../../search/query.ts";
import { Bar } from "../../widgets/bar.tsx";
import { writePercent, writeShort } from "../../widgets/numbers.ts";
import { Coming, Empty } from "../../widgets/states.tsx";
import { writeLength } from "../../widgets/times.tsx";
import { countsOf, numberIn, type StatisticsRow } from "./figures.ts";
import { type Stretch, termsOf } from "./range.ts";
import type { Overview } from "./statistics.ts";

/** Messages that have something in common. */
interface Group {
  readonly name: string;
  /** What it is called in the search, if the title is not enough. */
  readonly code?: string;
  readonly term: Term;
  readonly row: StatisticsRow;
}

/** Messages and delivery rate by channel; the busiest first. */
export function Channels({ stretch, channels }: Pick<Overview, "stretch" | "channels">) {
  const groups = channels
    ?.map((row): Group => {
      const value = String(row.CHANNEL_CODE);
      return { name: value, term: { word: "channel", value }, row };
    })
    .sort((a, b) => countsOf([b.row]).sent - countsOf([a.row]).sent);
  return <Groups title="Channels" groups={groups} stretch={stretch} isOfMost />;
}

/** The rate of fewer messages than this is not meaningful. */
const FEWEST = 20;
const MOST_NETWORKS = 6;

/** The networks with the lowest delivery rates, worst first, if they have enough messages. */
export function Networks({ stretch, networks }: Pick<Overview, "stretch" | "networks">) {
  const groups = networks
    ?.filter((row) => /^\d{4,6}$/.test(String(row.NETWORK_ID)) && countsOf([row]).sent >= FEWEST)
    .sort((a, b) => (countsOf([a]).rate ?? 1) - (countsOf([b]).rate ?? 1))
    .slice(0, MOST_NETWORKS)
    .map((row): Group => {
      const value = String(row.NETWORK_ID);
      const country = String(row.COUNTRY_NAME ?? "");
      const isKnown = country !== "" && country !== "N/A";
      const name = isKnown ? { name: country, code: value } : { name: value };
      return { ...name, term: { word: "network", value }, row };
    });
  return <Groups title="Worst networks" groups={groups} stretch={stretch} />;
}

function Groups(props: {
  readonly title: string;
  readonly groups: readonly Group[] | undefined;
  readonly stretch: Stretch;
  /** Do all bars share one scale, so that they can be compared? */
  readonly isOfMost?: boolean;
}) {
  const { title, groups, stretch, isOfMost } = props;
  const most = Math.max(1, ...(groups ?? []).map(({ row }) => countsOf([row]).sent));
  return (
    <section class={isOfMost ? "panel wide" : "panel"}>
      {isOfMost ? (
        <h2>
          {title} <span class="quiet">sent, delivered</span>
        </h2>
      ) : (
        <h2 class="measure">
          <span>{title}</span>
          <span class="quiet">Sent</span>
          <span class="quiet">Delivered</span>
        </h2>
      )}
      {!groups && <Coming lines={8} />}
      {groups?.length === 0 && <Empty title={`None has had ${FEWEST} messages in this time.`} />}
      <ol class={isOfMost ? "measures side-by-side" : "measures"}>
        {groups?.map((group) => (
          <li key={group.term.value}>
            <OfGroup group={group} most={isOfMost ? most : countsOf([group.row]).sent} stretch={stretch} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function OfGroup(props: { readonly group: Group; readonly most: number; readonly stretch: Stretch }) {
  const { group, most, stretch } = props;
  const { sent, delivered, failed, pending, rate } = countsOf([group.row]);
  const slow = numberIn(group.row, "DELIVERY_TIME_P95");
  const terms = [group.term, ...termsOf(stretch)];
  const to = (...more: Term[]) => hrefOfMessages(...more, ...terms);
  const of = (value: string) => to({ word: "status", value });
  return (
    <>
      <a class="measure" href={to()}>
        <span class="measure-name">
          {group.name} {group.code && <code>{group.code}</code>}
        </span>
        <span class="measure-count">{writeShort(sent)}</span>
        <span class="measure-part">{writePercent(rate)}</span>
      </a>
      <Bar
        href={to()}
        pieces={[
          { part: delivered / most, colour: "good", href: of("DELIVERED") },
          { part: failed / most, colour: "bad", href: of("failed") },
          { part: pending / most, colour: "open", href: of("PENDING") },
        ]}
      />
      <p class="beneath">
        {failed > 0 && <a href={of("failed")}>{writeShort(failed)} failed</a>}
        {pending > 0 && <a href={of("PENDING")}>{writeShort(pending)} pending</a>}
        {slow === undefined ? (
          <span class="quiet">nothing delivered yet</span>
        ) : (
          <a href={of("DELIVERED")}>95% delivered within {writeLength(slow)}</a>
        )}
      </p>
    </>
  );
}
