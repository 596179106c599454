export interface Line {
  readonly name: string;
  /** 1 is the first colour. */
  readonly colour: 1 | 2 | 3;
  readonly values: readonly (number | undefined)[];
}

/** A stretch of time that is marked in the chart. */
export interface Band {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly label: string;
  /** Where a click on it leads. */
  readonly href: string;
}

export interface ChartProps {
  readonly label: string;
  /** The moments of the values, evenly spaced. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** Behind the lines, without a scale: how much each value rests on. */
  readonly volume?: readonly number[];
  readonly bands: readonly Band[];
  readonly ends?: { readonly from?: number; readonly to?: number };
  readonly write: (value: number) => string;
  /** The same for the scale, where it needs to be shorter. */
  readonly writeTick?: (value: number) => string;
  readonly writeTime: (ms: number) => string;
  /** A click at a value. */
  readonly onPick: (at: number) => void;
}
