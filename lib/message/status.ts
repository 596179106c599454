import type { JsonObject } from "./json.ts";

/** Infobip's status object. Ids repeat between groups: a status is told by group, id and name together. */
export interface Status extends JsonObject {
  readonly groupId?: number;
  readonly groupName?: string;
  readonly id?: number;
  readonly name?: string;
  readonly description?: string;
  readonly action?: string;
}

/** The status groups that Infobip names; the index is the group's id (ACCEPTED's own is not documented). */
export const STATUS_GROUPS = [
  "ACCEPTED",
  "PENDING",
  "UNDELIVERABLE",
  "DELIVERED",
  "EXPIRED",
  "REJECTED",
] as const;

/** A status's group (what `generalStatus` asks for): its name, or what its id stands for; "" when neither is known. */
export function statusGroupOf(status: Status): string {
  return status.groupName ?? (status.groupId ? (STATUS_GROUPS[status.groupId] ?? "") : "");
}

const DELIVERED_TO_OPERATOR = 2;

const EXPIRED_RANK = 3;
const CERTAIN_RANK = 4;

/** Is it known what became of the message? Of an expired one it may still become known. */
export function isFinal(status: Status): boolean {
  return rankOf(status) >= EXPIRED_RANK;
}

/**
 * How far on a status is: 0 accepted, 1 pending, 2 in transit, 3 expired, 4 final. A pending message is first accepted
 * (PENDING_ACCEPTED), then on its way, and neither has a doneAt to tell them apart; DELIVERED_TO_OPERATOR (id 2) may
 * still become DELIVERED_TO_HANDSET. A group that nobody has named counts as in transit: it tells more than "pending",
 * and it must not take back a status that is known to be final. EXPIRED says that nothing was heard within the validity
 * (ids 15 and 29, "the delivery result is unknown"); when the handset does answer, its doneAt is earlier than the
 * expiry's, and yet it is the answer: it, and any other outcome that is certain, outranks the expiry.
 */
export function rankOf(status: Status): number {
  switch (statusGroupOf(status)) {
    case "ACCEPTED":
      return 0;
    case "PENDING":
      // By its name: id 26 stands beside PENDING_ENROUTE in some of Infobip's own examples.
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
