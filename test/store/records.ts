import { formatMoment } from "../../lib/runtime/time.ts";
import type { MessageRecord, Status } from "../../lib/store/record.ts";
import { recordOf } from "../../lib/store/record.ts";

export const NOON = Date.UTC(2026, 2, 1, 12);

export const PENDING: Status = { groupId: 1, groupName: "PENDING", id: 26, name: "PENDING_ACCEPTED" };
export const DELIVERED: Status = { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" };

/** A delivered SMS; only what matters to a test is given. */
export function aRecord(fields: Partial<MessageRecord> = {}): MessageRecord {
  return recordOf(
    Object.entries({
      messageId: "m1",
      channel: "SMS",
      to: "41793026727",
      sentAt: formatMoment(NOON),
      status: DELIVERED,
      ...fields,
    }) as [string, never][],
  );
}
