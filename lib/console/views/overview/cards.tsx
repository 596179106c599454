import { hrefOfMessages } from "../../search/links.ts";
import type { Term } from "../../search/query.ts";
import { writeMoney, writePercent, writeShort } from "../../widgets/numbers.ts";
import { writeLength } from "../../widgets/times.tsx";
import { countsOf, numberIn, spentOf } from "./figures.ts";
import { termsOf } from "./range.ts";
import type { Overview } from "./statistics.ts";

interface Card {
  readonly name: string;
  readonly value: string;
  /** The unit of the value, in smaller type. */
  readonly unit?: string | undefined;
  readonly beside?: string | undefined;
  /** The change from the period before, and whether it is an improvement. */
  readonly change?: string | undefined;
  readonly isBetter?: boolean | undefined;
  readonly terms: readonly Term[];
}

type Parts = Pick<Overview, "stretch" | "totals" | "earlier" | "prices" | "earlierPrices">;

/** The most important numbers, each a link to its messages. Grey until they are loaded. */
export function Cards(parts: Parts) {
  return (
    <ul class="cards">
      {cardsOf(parts).map(({ name, value, unit, beside, change, isBetter, terms }) => (
        <li key={name}>
          <a href={hrefOfMessages(...terms)}>
            <span class="card-name">{name}</span>
            <span class="card-value">
              {value} {unit && <small>{unit}</small>}
            </span>
            <span class="card-beside">
              {change && (
                <span class={isBetter === undefined ? "" : isBetter ? "better" : "worse"}>{change}</span>
              )}
              {beside && <span>{beside}</span>}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function cardsOf({ stretch, totals, earlier, prices, earlierPrices }: Parts): Card[] {
  const [now, then] = [countsOf(totals), countsOf(earlier)];
  const period = termsOf(stretch);
  const [slow, slowThen] = [totals, earlier].map((rows) => numberIn(rows?.[0], "DELIVERY_TIME_P95"));
  const [spent, ...others] = spentOf(prices);
  const spentThen = spentOf(earlierPrices).find(([currency]) => currency === spent?.[0])?.[1];
  const of = (value: string): Term[] => [{ word: "status", value }, ...period];
  const [failed, failedThen] = [now, then].map((counts) => partOf(counts.failed, counts.sent));
  const count = (value: number) => (totals ? writeShort(value) : "–");
  return [
    { name: "Sent", value: count(now.sent), ...changeOf(now.sent, then.sent), terms: period },
    {
      ...{ name: "Delivered", value: writePercent(now.rate), ...pointsOf(now.rate, then.rate, true) },
      ...{ beside: count(now.delivered), terms: of("DELIVERED") },
    },
    {
      ...{ name: "Failed", value: writePercent(failed), ...pointsOf(failed, failedThen, false) },
      ...{ beside: count(now.failed), terms: of("failed") },
    },
    {
      ...{ name: "Pending", value: count(now.pending), terms: of("PENDING") },
      beside: now.sent > 0 ? writePercent(partOf(now.pending, now.sent)) : undefined,
    },
    {
      ...{ name: "95% delivered within", value: slow === undefined ? "–" : writeLength(slow) },
      ...changeOf(slow, slowThen),
      isBetter: slow === undefined || slowThen === undefined ? undefined : slow <= slowThen,
      terms: of("DELIVERED"),
    },
    {
      ...{ name: "Spent", ...(spent ? writeMoney(spent[1], spent[0]) : { value: "–" }), terms: period },
      ...changeOf(spent?.[1], spentThen),
      beside:
        others.map(([currency, amount]) => textOf(writeMoney(amount, currency))).join(", ") || undefined,
    },
  ];
}

const textOf = ({ value, unit }: { value: string; unit: string }) => `${value}\u00a0${unit}`;

function partOf(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

function changeOf(now: number | undefined, then: number | undefined): { change?: string } {
  if (now === undefined || then === undefined || then <= 0) return {};
  const part = now / then - 1;
  return { change: `${part < 0 ? "−" : "+"}${writePercent(Math.abs(part))}` };
}

/** The difference of two rates, in percentage points. */
function pointsOf(
  now: number | undefined,
  then: number | undefined,
  isMoreBetter: boolean,
): { change?: string; isBetter?: boolean } {
  if (now === undefined || then === undefined) return {};
  const points = (now - then) * 100;
  const change = `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)} pt`;
  return Math.abs(points) < 0.05 ? { change: "±0.0 pt" } : { change, isBetter: points > 0 === isMoreBetter };
}
