/**
 * An exact decimal: `units` × 10^-`scale`. Sums of prices are exact to the last digit, whatever digits reports have.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };

const FORM = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** No price has more digits. A report that says so must not use up the memory. */
const MOST_SCALE = 400;

/**
 * The decimal for the digits of a JSON number (`digitsOf` of message/json.ts), without trailing zeros; undefined if
 * there are none.
 */
export function parseDecimal(digits: string): Decimal | undefined {
  const match = FORM.exec(digits);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > MOST_SCALE) return undefined;
  const units = BigInt(sign + whole + fraction);
  return normal(scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale });
}

/** The sum, which is the same in any order. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.scale === b.scale) return normal({ units: a.units + b.units, scale: a.scale });
  const scale = Math.max(a.scale, b.scale);
  return normal({ units: scaled(a, scale) + scaled(b, scale), scale });
}

export function timesDecimal({ units, scale }: Decimal, factor: number): Decimal {
  return normal({ units: units * BigInt(factor), scale });
}

/** Its digits as a JSON number: 0.0208. */
export function printDecimal({ units, scale }: Decimal): string {
  if (scale === 0) return String(units);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function scaled({ units, scale }: Decimal, to: number): bigint {
  return units * 10n ** BigInt(to - scale);
}

/** Normalises the form, so that equal sums have equal bytes. */
function normal({ units, scale }: Decimal): Decimal {
  if (units === 0n) return ZERO;
  let [left, places] = [units, scale];
  for (; places > 0 && left % 10n === 0n; places--) left /= 10n;
  return { units: left, scale: places };
}
