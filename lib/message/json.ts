/**
 * JSON without loss. `JSON.parse` turns 0.0100 into 0.01 and 0.000000123456789012 into 1.23456789012e-7. Reports are
 * kept to the digit, so a number that JavaScript would print differently is kept as its original text (`JSON.rawJSON`,
 * Node 22 and newer), which `JSON.stringify` prints unchanged.
 */

/** A number whose digits would change as a JavaScript number. */
export interface RawNumber {
  readonly rawJSON: string;
}

export type Json = string | number | boolean | null | RawNumber | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

interface RawJsonSupport {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}
const json = JSON as unknown as RawJsonSupport;

/**
 * Matches the numbers that JavaScript might print differently: a trailing zero after the point, an exponent, minus
 * zero, many digits, many zeros after the point. A text without any is parsed three times as fast.
 */
const ODD_NUMBER =
  /(?:"\s*:|[[,])\s*-?(?:\d+\.\d*0(?!\d)|[\d.]+[eE]|[\d.]{16}|0\.000000|(?<=-)0(?![.\d]))|^\s*[-\d]/;

/**
 * Parses JSON text and keeps all digits of every number. Throws SyntaxError, or RangeError if it is nested too deeply.
 */
export function parseJson(text: string): Json {
  if (!ODD_NUMBER.test(text)) return JSON.parse(text) as Json;
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && source !== String(value)
      ? json.rawJSON(source)
      : value,
  ) as Json;
}

/** Prints JSON. Raw numbers keep the digits they came with. */
export function printJson(value: unknown): string {
  return JSON.stringify(value);
}

/** Is this a JSON object (not null, not a list, not a raw number)? */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !json.isRawJSON(value);
}

/** The digits of a JSON number, or of a string that holds one; undefined for everything else. */
export function digitsOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  if (json.isRawJSON(value)) return value.rawJSON;
  return typeof value === "string" && DECIMAL.test(value) ? value : undefined;
}

const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A number with these digits (a JSON number as text), for printing. */
export function numberOf(digits: string): number | RawNumber {
  const value = Number(digits);
  return String(value) === digits ? value : json.rawJSON(digits);
}

/** Is this value empty? An empty value never replaces a filled one. */
export function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (isJsonObject(value) && Object.keys(value).length === 0)
  );
}
