import type { FoundRecord } from "../../lib/archive/codec.ts";
import { orderKey } from "../../lib/archive/keys.ts";
import { type MessageRecord, printRecord } from "../../lib/message/record.ts";

/** A record as a search gives it. */
export function rowOf(record: MessageRecord): FoundRecord {
  return { order: orderKey(record), text: printRecord(record) };
}
