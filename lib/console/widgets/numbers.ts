import { lazily } from "./lazily.ts";

const form = (options: Intl.NumberFormatOptions) => lazily(() => new Intl.NumberFormat(undefined, options));
const whole = form({ maximumFractionDigits: 0 });
const short = form({ notation: "compact", maximumFractionDigits: 1 });
const percent = form({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const money = form({ minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const writeCount = (value: number): string => whole().format(value);
/** A short form of a count: 12.4K. */
export const writeShort = (value: number): string =>
  (Math.abs(value) < 10_000 ? whole : short)().format(value);
/** A share as a percentage; less than everything is never shown as 100 %. */
export function writePercent(value: number | undefined): string {
  if (value === undefined) return "–";
  return percent().format(value < 1 ? Math.min(value, 0.9994) : value);
}
/** An amount with its currency: with cents up to hundreds, above that without. */
export function writeMoney(amount: number, currency: string): { value: string; unit: string } {
  const amounts = amount < 1_000 ? money : amount < 1_000_000 ? whole : short;
  return { value: amounts().format(amount), unit: currency };
}
