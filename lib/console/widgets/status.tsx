import type { MessageRecord } from "../../message/record.ts";
import { statusGroupOf } from "../../message/status.ts";

const WORDS: Readonly<Record<string, string>> = {
  ACCEPTED: "Accepted",
  PENDING: "Pending",
  DELIVERED: "Delivered",
  UNDELIVERABLE: "Undeliverable",
  EXPIRED: "Expired",
  REJECTED: "Rejected",
};
const COLOURS: Readonly<Record<string, string>> = {
  DELIVERED: "good",
  UNDELIVERABLE: "bad",
  REJECTED: "bad",
  EXPIRED: "late",
};

/** A status group in words, and the colour that it has everywhere. */
export const writeGroup = (group: string): string => WORDS[group] ?? (group || "Unknown");
export const colourOf = (group: string): string => COLOURS[group] ?? "open";

export function Status({ group }: { readonly group: string }) {
  return (
    <span class={`status ${colourOf(group)}`}>
      <span class="dot" aria-hidden="true" />
      {writeGroup(group)}
    </span>
  );
}

export const groupOf = (record: MessageRecord): string => statusGroupOf(record.status);
export const hasFailed = (record: MessageRecord): boolean =>
  ["bad", "late"].includes(colourOf(groupOf(record)));
