import type { MessageRecord } from "../../../lib/message/record.ts";
import { aRecord, PENDING } from "../../message/records.ts";

/** An SMS with every field that a report may have. */
export const SMS = aRecord({
  messageId: "sms-1",
  bulkId: "bulk-1",
  from: "InfoSMS",
  text: "5 < 6 & \u{1f600}",
  doneAt: "2026-03-01T12:00:01.000+0000",
  messageCount: 2,
  mccmnc: "22801",
  price: { pricePerMessage: 0.01, currency: "EUR" },
  error: { groupId: 0, groupName: "Ok", id: 0, name: "NO_ERROR", description: "No Error", permanent: false },
  entityId: "branch",
  applicationId: "shop",
  campaignReferenceId: "spring",
} as Partial<MessageRecord>);
const OTHER = aRecord({
  messageId: "sms-2",
  bulkId: "bulk-2",
  sentAt: "2026-03-01T13:00:00.000+0100",
  status: PENDING,
});
const EMAIL = aRecord({
  ...{ messageId: "mail-1", channel: "EMAIL", to: "a@example.com", from: "b@example.com", text: "Hello" },
  ...{ messageCount: 1, platform: { entityId: "branch", applicationId: "shop" } },
});
const PUSH = aRecord({ messageId: "push-1", channel: "PUSH", to: "device", text: "Ping" });

/** Records of each channel that has an endpoint of its own. */
export const ONE_OF_EACH = [SMS, OTHER, EMAIL, PUSH];
