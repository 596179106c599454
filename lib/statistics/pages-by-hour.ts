import { FRESH, type FreshPage, parseFresh } from "../archive/fresh.ts";
import { type Database, queryAll } from "../runtime/dynamodb.ts";
import { hourOf } from "./periods.ts";

/** The fresh pages, by the hours of their messages; includes settled pages as long as they exist. */
export async function pagesByHour(db: Database): Promise<Map<number, FreshPage[]>> {
  const items = queryAll(db, {
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": FRESH },
    ConsistentRead: true,
  });
  return byHour((await Array.fromAsync(items)).map(parseFresh));
}

/** The same for pages that have been read already. */
export function byHour(pages: readonly FreshPage[]): Map<number, FreshPage[]> {
  const found = new Map<number, FreshPage[]>();
  for (const page of pages) {
    const hours = new Set(
      page.refs.flatMap(({ oldestMs, newestMs }) => [hourOf(oldestMs), hourOf(newestMs)]),
    );
    for (const hourMs of hours) found.set(hourMs, [...(found.get(hourMs) ?? []), page]);
  }
  return found;
}
