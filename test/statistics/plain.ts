import type { MessageRecord } from "../../lib/message/record.ts";

/** Statistics as anybody would compute them from a list of records; in nothing made of the code that is tested. */
export interface Plain {
  sent: number;
  delivered: number;
  rejected: number;
  failed: number;
  pending: number;
  parts: number;
  /** In units of 10^-12. */
  price: bigint;
  priceOfParts: bigint;
  within5: number;
  /** Of how many a rate is: sent − rejected, of e-mail all. */
  basis: number;
  /** Does any record say a price that is not nothing, or a currency? */
  isPriced: boolean;
  times: number[];
}

const PLACES = 12;

export function momentOf(date: string): number {
  return Date.parse(date.replace(/(\d\d)$/, ":$1"));
}

const GROUPS = ["ACCEPTED", "PENDING", "UNDELIVERABLE", "DELIVERED", "EXPIRED", "REJECTED"];

export function groupOf({ status }: MessageRecord): string {
  return status.groupName ?? (status.groupId ? (GROUPS[status.groupId] ?? "") : "");
}

function unitsOf(digits: string): bigint {
  const [whole = "0", fraction = ""] = digits.split(".");
  return BigInt(whole + fraction.padEnd(PLACES, "0"));
}

export function digitsOfUnits(units: bigint): string {
  const text = String(units).padStart(PLACES + 1, "0");
  return `${text.slice(0, -PLACES)}.${text.slice(-PLACES)}`.replace(/\.?0+$/, "");
}

/** What records sum up to, by whatever `keyOf` says. */
export function plainly(
  records: readonly MessageRecord[],
  keyOf: (record: MessageRecord) => string,
): Map<string, Plain> {
  const rows = new Map<string, Plain>();
  for (const record of records) {
    const key = keyOf(record);
    const row = rows.get(key) ?? {
      ...{ sent: 0, delivered: 0, rejected: 0, failed: 0, pending: 0, parts: 0, within5: 0 },
      ...{ basis: 0, isPriced: false },
      ...{ price: 0n, priceOfParts: 0n, times: [] as number[] },
    };
    rows.set(key, row);
    const group = groupOf(record);
    row.sent++;
    if (record.channel === "EMAIL" || group !== "REJECTED") row.basis++;
    row.isPriced ||= record.price?.currency !== undefined;
    if (group === "DELIVERED") row.delivered++;
    else if (group === "REJECTED") row.rejected++;
    else if (group === "UNDELIVERABLE" || group === "EXPIRED") row.failed++;
    else row.pending++;
    const parts = record.messageCount ?? 1;
    row.parts += parts;
    const price = record.price?.pricePerMessage;
    if (price !== undefined) {
      const digits = typeof price === "number" ? String(price) : price.rawJSON;
      row.price += unitsOf(digits);
      row.priceOfParts += unitsOf(digits) * BigInt(parts);
    }
    if (group !== "DELIVERED" || record.doneAt === undefined) continue;
    const took = Math.max(0, momentOf(record.doneAt) - momentOf(record.sentAt));
    row.times.push(took);
    if (took <= 5_000) row.within5++;
  }
  return rows;
}

/** The smallest time that at least this share of them did not exceed. */
export function plainPercentile(times: readonly number[], share: number): number | undefined {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
