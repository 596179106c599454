import type { TruthRecord } from "../../infra/local/imitation/truth.ts";
import { RECORD_FIELDS } from "../../lib/message/fields.ts";
import { type Json, type JsonObject, numberOf, printJson } from "../../lib/message/json.ts";

/** Identifies a record: failover gives two of them with one messageId. */
export function idOf({ messageId, channel }: { messageId?: unknown; channel?: unknown }): string {
  return `${messageId} ${channel}`;
}

/**
 * How the archive differs from the truth, in words. Of the messages in `lost` a report went under with its answer:
 * what only reports tell (error, callback data, fields that nobody has named) cannot be known of them.
 */
export function differences(
  served: readonly JsonObject[],
  truth: readonly TruthRecord[],
  lost: ReadonlySet<string>,
): string[] {
  const found = new Map<string, JsonObject>();
  const twice = served.flatMap((record) => {
    const isKnown = found.has(idOf(record));
    found.set(idOf(record), record);
    return isKnown ? [`served twice: ${idOf(record)}`] : [];
  });
  const wrong = truth.flatMap((record) => {
    const id = idOf(record);
    const own = found.get(id);
    found.delete(id);
    if (!own) return [`missing: ${id}, sent ${record.sentAt}, ${record.status.name}`];
    return differingFields(own, expected(record), lost.has(id)).map((words) => `${id}: ${words}`);
  });
  const extra = [...found.keys()].filter((id) => !id.startsWith("malformed-"));
  return [...twice, ...wrong, ...extra.map((id) => `not in the truth: ${id}`)];
}

/** The truth as the archive prints it. */
function expected({ extra, price, ...record }: TruthRecord): JsonObject {
  return {
    ...(record as unknown as JsonObject),
    ...(price && { price: { ...price, pricePerMessage: numberOf(price.pricePerMessage) } }),
    ...(extra as JsonObject | undefined),
  };
}

const KNOWN_FROM_REPORTS_ONLY = ["error", "callbackData"];

function differingFields(served: JsonObject, wanted: JsonObject, isLost: boolean): string[] {
  if (printJson(served) === printJson(wanted)) return [];
  const isInLogs = (name: string) => RECORD_FIELDS.includes(name) && !KNOWN_FROM_REPORTS_ONLY.includes(name);
  return [...new Set([...Object.keys(served), ...Object.keys(wanted)])]
    .filter((name) => isInLogs(name) || !isLost)
    .filter((name) => served[name] !== wanted[name] && canonical(served[name]) !== canonical(wanted[name]))
    .map((name) => `${name} is ${printJson(served[name])} and should be ${printJson(wanted[name])}`);
}

/** JSON text in which the order of fields does not count. */
function canonical(value: Json | undefined): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part) && !isRaw(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function isRaw(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}
