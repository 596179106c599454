import { expect, test } from "vitest";
import { addDecimals, parseDecimal, printDecimal, timesDecimal, ZERO } from "../../lib/statistics/decimal.ts";

const decimal = (digits: string) => parseDecimal(digits) ?? ZERO;

test.each([
  ["10", "10"],
  ["1e3", "1000"],
  ["1200.00", "1200"],
  ["0.0500", "0.05"],
  ["-20", "-20"],
  ["0.0", "0"],
])("%s is %s", (given, printed) => {
  expect(printDecimal(decimal(given))).toBe(printed);
});

test("sums and products that end in zeros keep those before the point, and none behind it", () => {
  expect(printDecimal(addDecimals(decimal("0.5"), decimal("9.5")))).toBe("10");
  expect(printDecimal(addDecimals(decimal("99.9"), decimal("0.1")))).toBe("100");
  expect(printDecimal(timesDecimal(decimal("0.025"), 4_000))).toBe("100");
});
