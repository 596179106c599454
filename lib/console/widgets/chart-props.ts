export interface Line {
  readonly name: string;
  /** 1 is the first colour. */
  readonly colour: 1 | 2 | 3;
  readonly values: readonly (number | undefined)[];
}

/** A range of time that is marked in the chart. */
export interface Band {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly label: string;
  /** The target of a click on it. */
  readonly href: string;
}

export interface ChartProps {
  readonly label: string;
  /** The moments of the values, evenly spaced. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** Shown behind the lines, without an axis: how many messages each value is based on. */
  readonly volume?: readonly number[];
  readonly bands: readonly Band[];
  readonly ends?: { readonly from?: number; readonly to?: number };
  readonly write: (value: number) => string;
  /** A shorter form for the axis, if needed. */
  readonly writeTick?: (value: number) => string;
  readonly writeTime: (ms: number) => string;
  /** Called when a value is clicked. */
  readonly onPick: (at: number) => void;
}
