import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { recordOf } from "../../lib/message/record.ts";
import type { Status } from "../../lib/message/status.ts";

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
