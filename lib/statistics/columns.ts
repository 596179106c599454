import { formatMoment } from "../message/moment.ts";
import type { Cells } from "./cells.ts";
import { type Dimension, TIME_TO_DELIVER_NAME, type TimeUnit } from "./dimensions.ts";

/** What the rows of an answer are grouped by: a dimension of tuples, a unit of time, or how long messages took. */
export type Column =
  | { readonly kind: "dimension"; readonly dimension: Dimension }
  | { readonly kind: "time"; readonly unit: TimeUnit }
  | { readonly kind: "timeToDeliver" };

export function nameOf(column: Column): string {
  if (column.kind === "dimension") return column.dimension.name;
  return column.kind === "time" ? column.unit.name : TIME_TO_DELIVER_NAME;
}

export function typeOf({ kind }: Column): string {
  return kind === "time" ? "DATE_TIME" : "STRING";
}

/** Tells which row a cell belongs to. */
export interface RowReader {
  /** Equal only for cells of the same row, which may have several codes. */
  codeOf(n: number): number | string;
  /** The values of the columns for a cell; `took` if they include how long messages took. */
  valuesOf(n: number, took?: string): string[];
}

/** Reads the cells of a range that begins at this moment. */
export function rowReader(columns: readonly Column[], startMs: number, { texts, places }: Cells): RowReader {
  const read = columns.map((column): ((n: number, took: string) => string) => {
    if (column.kind === "timeToDeliver") return (_n, took) => took;
    if (column.kind === "time") {
      const moment = formatMoment(column.unit.begin(startMs));
      return () => moment;
    }
    const { part, of } = column.dimension;
    const own = places[part];
    return (n) => of(texts[own[n] ?? 0] ?? "");
  });
  const told = columns.flatMap((column) =>
    column.kind === "dimension" ? [places[column.dimension.part]] : [],
  );
  const isNumber = texts.length ** told.length < Number.MAX_SAFE_INTEGER;
  return {
    codeOf: isNumber
      ? (n) => {
          let code = 0;
          for (const own of told) code = code * texts.length + (own[n] ?? 0);
          return code;
        }
      : (n) => told.map((own) => own[n]).join(),
    valuesOf: (n, took = "") => read.map((of) => of(n, took)),
  };
}
