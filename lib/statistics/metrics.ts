import { type Json, numberOf } from "../message/json.ts";
import { type Decimal, printDecimal } from "./decimal.ts";
import { percentileOf, withinFive } from "./latency.ts";
import type { Outcome } from "./series.ts";

/** The totals of one row of an answer. */
export interface Totals {
  readonly sent: number;
  /** The denominator of rates: in Infobip's formula sent − rejected, and for e-mail sent. */
  readonly basis: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /**
   * Undefined if rows are split by how long messages took, because it is unknown which of them had which parts and
   * price.
   */
  readonly parts: number | undefined;
  readonly price: Decimal | undefined;
  readonly priceOfParts: Decimal | undefined;
  /** How long they took, with a place for each bucket. */
  readonly times: Float64Array;
}

export const NOT_AVAILABLE = "N/A";

/** A measure of Infobip's metrics-api, by its name there (OpenAPI 3.210.0, MetricType), or one of our own. */
export interface Metric {
  readonly name: string;
  readonly type: "INTEGER" | "NUMBER";
  readonly text: string;
  readonly of: (totals: Totals) => Json | undefined;
  /** A rate: the number of pending messages is shown beside it. */
  readonly isRate?: true;
  readonly isPrice?: true;
  /** Is it calculated from how long messages took? */
  readonly isTime?: true;
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

const decimal = (value: Decimal | undefined): Json | undefined => value && numberOf(printDecimal(value));

const count = (name: string, text: string, of: Metric["of"]): Metric => ({ name, type: "INTEGER", text, of });
const percentile = (percent: number): Metric => ({
  name: `DELIVERY_TIME_P${percent}`,
  type: "NUMBER",
  text: `doneAt − sentAt in milliseconds that ${percent} % of those delivered did not exceed, within 2 %`,
  of: ({ times }) => percentileOf(times, percent / 100),
  isTime: true,
});

export const PENDING = count(
  "PENDING_TRAFFIC_COUNT",
  "of which nothing final is known (yet)",
  ({ outcomes }) => outcomes.pending,
);

export const METRICS: readonly Metric[] = [
  count("TOTAL_SENT_TRAFFIC_COUNT", "messages sent", ({ sent }) => sent),
  count("DELIVERED_TRAFFIC_COUNT", "delivered", ({ outcomes }) => outcomes.delivered),
  count(
    "FAILED_TRAFFIC_COUNT",
    "undeliverable, expired or rejected",
    ({ outcomes }) => outcomes.failed + outcomes.rejected,
  ),
  count("REJECTED_TRAFFIC_COUNT", "rejected", ({ outcomes }) => outcomes.rejected),
  PENDING,
  count("TOTAL_TRAFFIC_COUNT", "parts of messages (messageCount)", ({ parts }) => parts),
  count("MESSAGE_PARTS_COUNT", "the same", ({ parts }) => parts),
  {
    name: "TRAFFIC_DELIVERY_RATE",
    type: "NUMBER",
    text: "delivered ÷ (sent − rejected), for e-mail delivered ÷ sent; of several channels both added up",
    of: ({ outcomes, basis }) => share(outcomes.delivered, basis),
    isRate: true,
  },
  {
    name: "TRAFFIC_DELIVERED_IN_5_SEC_RATE",
    type: "NUMBER",
    text: "delivered within five seconds, of as many",
    of: ({ times, basis }) => share(withinFive(times), basis),
    isRate: true,
    isTime: true,
  },
  ...[50, 90, 95, 99].map(percentile),
  {
    name: "PRICE_TOTAL",
    type: "NUMBER",
    text: "the sum of pricePerMessage (price per one message, as Infobip's documents say), each message once, to the last digit",
    of: ({ price }) => decimal(price),
    isPrice: true,
  },
  {
    name: "PRICE_PARTS_TOTAL",
    type: "NUMBER",
    text: "the sum of pricePerMessage × messageCount, to the last digit: what to compare with an invoice that has a price for each part of a long SMS",
    of: ({ priceOfParts }) => decimal(priceOfParts),
    isPrice: true,
  },
];
