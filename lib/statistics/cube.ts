import { digitsOf } from "../message/json.ts";
import { epochMsOf, type MessageRecord } from "../message/record.ts";
import { statusGroupOf } from "../message/status.ts";
import { addDecimals, type Decimal, parseDecimal, timesDecimal, ZERO } from "./decimal.ts";
import { latencyBucketOf, type Times } from "./latency.ts";

/** What messages are grouped by; "" if their records do not say. It contains no recipient and no text. */
export interface Tuple {
  readonly channel: string;
  readonly sender: string;
  /** mccmnc, as it came. */
  readonly network: string;
  /** The group of the status: DELIVERED, PENDING … */
  readonly group: string;
  /** The name of the status, or its id if it has none. */
  readonly status: string;
  readonly errorGroup: string;
  readonly error: string;
  /** Amounts in different currencies are never added. */
  readonly currency: string;
}

/** The counts for the messages of one tuple. */
export interface Cell extends Tuple {
  readonly messages: number;
  /** Their parts: `messageCount`, or 1 if a record does not say. */
  readonly parts: number;
  /** The sum of `pricePerMessage`, and of that times the parts. */
  readonly price: Decimal;
  readonly priceOfParts: Decimal;
  /** doneAt − sentAt of the delivered messages that have both. */
  readonly times: Times;
}

/** Counts by tuple; keys are made by `keyOf`. Sums of cubes are exact, in any order and grouping. */
export type Cube = ReadonlyMap<string, Cell>;

const FIELDS = [
  "channel",
  "sender",
  "network",
  "group",
  "status",
  "errorGroup",
  "error",
  "currency",
] as const satisfies readonly (keyof Tuple)[];
/** The parts of a tuple, in the order of its key. */
export const TUPLE_FIELDS: readonly (keyof Tuple)[] = FIELDS;

/** A text that identifies a tuple. */
export function keyOf(tuple: Tuple): string {
  return JSON.stringify(FIELDS.map((field) => tuple[field]));
}

export function tupleOf({ channel, from, mccmnc, status, error, price }: MessageRecord): Tuple {
  return {
    channel,
    sender: from ?? "",
    network: mccmnc ?? "",
    group: statusGroupOf(status),
    status: status.name ?? (status.id === undefined ? "" : String(status.id)),
    errorGroup: error?.groupName ?? "",
    error: error?.name ?? "",
    currency: price?.currency ?? "",
  };
}

/** How long a delivered message took, in milliseconds; undefined if that is unknown. */
export function timeOf({ status, sentAt, doneAt }: MessageRecord): number | undefined {
  if (statusGroupOf(status) !== "DELIVERED" || doneAt === undefined) return undefined;
  return Math.max(0, epochMsOf(doneAt) - epochMsOf(sentAt));
}

/** The cube of merged records, each message once. Pure; the order of the records does not matter. */
export function cubeOf(records: Iterable<MessageRecord>): Cube {
  const sum = new Sum();
  for (const record of records) sum.add(cellOf(record));
  return sum.take();
}

/** The sum of cubes: commutative and associative. */
export function addCubes(...cubes: readonly Cube[]): Cube {
  const sum = new Sum();
  for (const cube of cubes) for (const cell of cube.values()) sum.add(cell);
  return sum.take();
}

/** The same counts, no longer grouped by this part of tuples. */
export function without(cube: Cube, part: "sender" | "network"): Cube {
  const sum = new Sum();
  for (const cell of cube.values()) sum.add({ ...cell, [part]: "" });
  return sum.take();
}

export function cellOf(record: MessageRecord): Cell {
  const parts = record.messageCount ?? 1;
  const price = parseDecimal(digitsOf(record.price?.pricePerMessage) ?? "") ?? ZERO;
  const time = timeOf(record);
  return {
    ...tupleOf(record),
    messages: 1,
    parts,
    price,
    priceOfParts: timesDecimal(price, parts),
    times: time === undefined ? NO_TIMES : new Map([[latencyBucketOf(time), 1]]),
  };
}

const NO_TIMES: Times = new Map();

interface Growing extends Tuple {
  messages: number;
  parts: number;
  price: Decimal;
  priceOfParts: Decimal;
  times: Map<number, number>;
}

/** Adds up cells. */
export class Sum {
  readonly #cells = new Map<string, Growing>();

  add(cell: Cell, key = keyOf(cell)): void {
    const mine = this.#cells.get(key);
    if (!mine) {
      this.#cells.set(key, { ...cell, times: new Map(cell.times) });
      return;
    }
    mine.messages += cell.messages;
    mine.parts += cell.parts;
    mine.price = addDecimals(mine.price, cell.price);
    mine.priceOfParts = addDecimals(mine.priceOfParts, cell.priceOfParts);
    for (const [bucket, n] of cell.times) mine.times.set(bucket, (mine.times.get(bucket) ?? 0) + n);
  }

  take(): Cube {
    return this.#cells;
  }
}
