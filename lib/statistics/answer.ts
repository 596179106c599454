import type { Json } from "../message/json.ts";
import type { Cells } from "./cells.ts";
import { type Column, nameOf, rowReader, typeOf } from "./columns.ts";
import type { Dimension } from "./dimensions.ts";
import { BUCKETS, timeToDeliver } from "./latency.ts";
import { type Metric, NOT_AVAILABLE } from "./metrics.ts";
import { RowSums } from "./row.ts";

/** A question: for each dimension the wanted values, any of which may match; and the columns and metrics of rows. */
export interface StatisticsQuestion {
  readonly wanted: readonly { readonly dimension: Dimension; readonly values: ReadonlySet<string> }[];
  readonly columns: readonly Column[];
  readonly metrics: readonly Metric[];
}

/** A table, as in Infobip's AggregateDataResponse. */
export interface Table {
  readonly columns: readonly { readonly columnName: string; readonly columnDataType: string }[];
  readonly rows: readonly (readonly Json[])[];
}

/** Makes the rows of an answer from cubes, each with the moment at which it begins. */
export class StatisticsTable {
  readonly #question: StatisticsQuestion;
  readonly #rows = new Map<string, RowSums>();
  readonly #isSplit: boolean;

  constructor(question: StatisticsQuestion) {
    this.#question = question;
    this.#isSplit = question.columns.some(({ kind }) => kind === "timeToDeliver");
  }

  /** Adds the messages of a range that begins at this moment. */
  add(startMs: number, cells: Cells): void {
    const reader = rowReader(this.#question.columns, startMs, cells);
    if (this.#isSplit) {
      for (const n of this.#chosen(cells))
        this.#addSplit(cells, n, (took) => this.#rowOf(reader.valuesOf(n, took)));
      return;
    }
    const rows = new Map<number | string, RowSums>();
    for (const n of this.#chosen(cells)) {
      const code = reader.codeOf(n);
      const row = rows.get(code) ?? this.#rowOf(reader.valuesOf(n));
      rows.set(code, row);
      row.add(cells, n);
    }
  }

  /** The indexes of the cells that are asked for. */
  #chosen(cells: Cells): number[] {
    const wanted = this.#question.wanted.map(({ dimension, values }) => {
      const isWanted = cells.texts.map((text) => values.has(dimension.of(text)));
      return { places: cells.places[dimension.part], isWanted };
    });
    const chosen: number[] = [];
    for (let n = 0; n < cells.length; n++)
      if (wanted.every(({ places, isWanted }) => isWanted[places[n] ?? 0])) chosen.push(n);
    return chosen;
  }

  /** The messages of a cell by how long they took; those that are not delivered under "". */
  #addSplit(cells: Cells, n: number, rowOf: (took: string) => RowSums): void {
    let left = cells.messages[n] ?? 0;
    for (let at = cells.starts[n] ?? 0; at < (cells.starts[n + 1] ?? 0); at++) {
      const [bucket, count] = [cells.buckets[at] ?? 0, cells.counts[at] ?? 0];
      const row = rowOf(timeToDeliver(bucket));
      row.count(cells, n, count);
      row.addTime(bucket, count);
      left -= count;
    }
    if (left > 0) rowOf("").count(cells, n, left);
  }

  #rowOf(values: readonly string[]): RowSums {
    const key = values.map((value) => `${value.length} ${value}`).join();
    const row = this.#rows.get(key) ?? new RowSums(values);
    this.#rows.set(key, row);
    return row;
  }

  table(): Table {
    const { columns, metrics } = this.#question;
    const times = new Float64Array(BUCKETS);
    const rows = [...this.#rows.values()]
      .sort((a, b) => compare(a.dimensions, b.dimensions))
      .map((row) => {
        const totals = row.totals(this.#isSplit, times);
        const dimensions = row.dimensions.map((value) => value || NOT_AVAILABLE);
        return [...dimensions, ...metrics.map((metric) => metric.of(totals) ?? NOT_AVAILABLE)];
      });
    return {
      columns: [
        ...columns.map((column) => ({ columnName: nameOf(column), columnDataType: typeOf(column) })),
        ...metrics.map(({ name, type }) => ({ columnName: name, columnDataType: type })),
      ],
      rows,
    };
  }
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [n, value] of a.entries()) {
    const other = b[n] ?? "";
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
