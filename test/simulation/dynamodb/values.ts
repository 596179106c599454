import { invalid, NotModelled } from "./errors.ts";

/** An attribute's value, as the document client takes and gives it. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | ReadonlySet<string | number>
  | readonly Value[]
  | { readonly [name: string]: Value };
export type Item = { readonly [name: string]: Value };

export type Type = "S" | "N" | "BOOL" | "NULL" | "B" | "SS" | "NS" | "L" | "M";

/** DynamoDB's type of a value. */
export function typeOf(value: Value): Type {
  if (typeof value === "string") return "S";
  if (typeof value === "number") return "N";
  if (typeof value === "boolean") return "BOOL";
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return "B";
  if (value instanceof Set) return typeof value.values().next().value === "number" ? "NS" : "SS";
  return Array.isArray(value) ? "L" : "M";
}

export function isMap(value: Value | undefined): value is { readonly [name: string]: Value } {
  return value !== undefined && typeOf(value) === "M";
}

/** A copy of what a command carries, as it would come out of the database again; throws where marshalling would. */
export function stored(value: unknown): Value {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") return storedNumber(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Set) return storedSet(value);
  if (Array.isArray(value)) return value.filter((entry) => entry !== undefined).map(stored);
  if (typeof value === "object" && isPlain(value)) return storedItem(value);
  throw new NotModelled(`a value of the type ${typeof value}`);
}

export function storedItem(item: object): Item {
  // Most of it is text: to copy all and look at the rest is cheaper than to put one after another.
  const copy: Record<string, unknown> = { ...item };
  for (const name in copy) {
    const value = copy[name];
    if (value === undefined) return storedItem(defined(copy));
    if (typeof value !== "string") copy[name] = stored(value);
  }
  return copy as Item;
}

function defined(item: object): object {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function storedNumber(value: number): number {
  if (!Number.isFinite(value)) throw new Error(`Special numeric value ${value} is not allowed`);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new Error(`Number ${value} is greater than is safe`);
  return value === 0 ? 0 : value;
}

function storedSet(value: ReadonlySet<unknown>): ReadonlySet<string | number> {
  const members = [...value];
  if (members.length === 0) throw new Error("Pass a non-empty set, or options.convertEmptyValues=true.");
  const type = typeof members[0];
  if (type !== "string" && type !== "number") throw new NotModelled("a set of other things");
  if (members.some((member) => typeof member !== type)) throw invalid("a set of several types");
  return new Set(members as (string | number)[]);
}

/** A copy for a caller to do with as it likes; bytes are shared. */
export function given(value: Value): Value {
  if (value instanceof Set) return new Set(value);
  if (Array.isArray(value)) return value.map(given);
  if (isMap(value)) return givenItem(value);
  return value;
}

export function givenItem(item: Item): Item {
  const copy: Record<string, Value> = { ...item };
  for (const name in copy) {
    const value = copy[name];
    if (typeof value === "object") copy[name] = given(value);
  }
  return copy;
}

export function isSame(a: Value, b: Value): boolean {
  if (a === b) return true;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array) === 0;
  if (a instanceof Set) {
    const other = b as ReadonlySet<string | number>;
    return a.size === other.size && [...a].every((member) => other.has(member));
  }
  if (Array.isArray(a)) {
    const other = b as readonly Value[];
    return a.length === other.length && a.every((entry: Value, n) => isSame(entry, other[n] as Value));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => name in b && isSame(a[name] as Value, b[name] as Value))
  );
}

/** The order of two values of one type that has one (text, number, bytes); undefined for all others. */
export function orderOf(a: Value, b: Value): number | undefined {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return undefined;
}

/** The order of the bytes of two texts in UTF-8. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let n = 0; n < length; n++) {
    const [one, other] = [a.charCodeAt(n), b.charCodeAt(n)];
    if (one !== other) return weightOf(one) - weightOf(other);
  }
  return a.length - b.length;
}

/** Halves of a pair stand for characters beyond all others. */
function weightOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Items are never changed once they are stored, so each is measured once. */
const sizes = new WeakMap<Item, number>();

/** The size of an item as DynamoDB counts it, in bytes. */
export function sizeOfItem(item: Item): number {
  const known = sizes.get(item);
  if (known !== undefined) return known;
  let size = 0;
  for (const name in item) size += Buffer.byteLength(name) + sizeOf(item[name] as Value);
  sizes.set(item, size);
  return size;
}

export function sizeOf(value: Value): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return sizeOfNumber(value);
  if (typeof value === "boolean" || value === null) return 1;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Set) return [...value].reduce((sum: number, member) => sum + sizeOf(member), 0);
  if (Array.isArray(value)) return value.reduce((sum: number, entry: Value) => sum + 1 + sizeOf(entry), 3);
  return 3 + Object.keys(value).length + sizeOfItem(value as Item);
}

/** A byte for two digits, without the zeros at either end, one for the exponent, one for a minus. */
function sizeOfNumber(value: number): number {
  if (value === 0) return 1;
  const { digits, exponent } = Number.isInteger(value) ? wholeForm(Math.abs(value)) : form(value);
  const shift = Number(digits % 2 === 0 && exponent % 2 === 0);
  return 1 + Math.ceil(digits / 2) + shift + Number(value < 0);
}

function form(value: number): { digits: number; exponent: number } {
  const [mantissa = "", exponent = ""] = Math.abs(value).toExponential().split("e");
  return { digits: mantissa.replace(".", "").length, exponent: Number(exponent) };
}

/** The same of a whole number, without making text of it. */
function wholeForm(value: number): { digits: number; exponent: number } {
  let exponent = 0;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) exponent++;
  let zeros = 0;
  for (let rest = value; rest % 10 === 0; rest /= 10) zeros++;
  return { digits: exponent + 1 - zeros, exponent };
}
