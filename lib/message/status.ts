import type { JsonObject } from "./json.ts";

/** Infobip's status object. Ids repeat between groups, so only group, id and name together identify a status. */
export interface Status extends JsonObject {
  readonly groupId?: number;
  readonly groupName?: string;
  readonly id?: number;
  readonly name?: string;
  readonly description?: string;
  readonly action?: string;
}

/** The status groups that Infobip documents; the index is the group's id (that of ACCEPTED is not documented). */
export const STATUS_GROUPS = [
  "ACCEPTED",
  "PENDING",
  "UNDELIVERABLE",
  "DELIVERED",
  "EXPIRED",
  "REJECTED",
] as const;

/**
 * A status's group (the filter `generalStatus`): its name, or the one that its id stands for; "" if neither is known.
 */
export function statusGroupOf(status: Status): string {
  return status.groupName ?? (status.groupId ? (STATUS_GROUPS[status.groupId] ?? "") : "");
}

const DELIVERED_TO_OPERATOR = 2;

const EXPIRED_RANK = 3;
const CERTAIN_RANK = 4;

/** Is the outcome known? An expired message may still turn out to have been delivered. */
export function isFinal(status: Status): boolean {
  return rankOf(status) >= EXPIRED_RANK;
}

/**
 * How advanced a status is: 0 accepted, 1 pending, 2 in transit, 3 expired, 4 final. A pending message is first
 * accepted (PENDING_ACCEPTED), then on its way, and neither has a doneAt to tell them apart. DELIVERED_TO_OPERATOR (id
 * 2) may still become DELIVERED_TO_HANDSET. An unknown group counts as in transit: it tells more than "pending", and
 * must not replace a final status. EXPIRED only says that nothing was heard within the validity period (ids 15 and 29,
 * "the delivery result is unknown"). If the handset does answer, its doneAt is earlier than that of the expiry; still,
 * that and any other certain outcome outrank the expiry.
 */
export function rankOf(status: Status): number {
  switch (statusGroupOf(status)) {
    case "ACCEPTED":
      return 0;
    case "PENDING":
      // By name, because some of Infobip's own examples have id 26 beside PENDING_ENROUTE.
      return status.name === undefined || status.name.endsWith("_ACCEPTED") ? 0 : 1;
    case "DELIVERED":
      return status.id === DELIVERED_TO_OPERATOR || status.name === "DELIVERED_TO_OPERATOR"
        ? 2
        : CERTAIN_RANK;
    case "EXPIRED":
      return EXPIRED_RANK;
    case "UNDELIVERABLE":
    case "REJECTED":
      return CERTAIN_RANK;
    default:
      return 2;
  }
}
