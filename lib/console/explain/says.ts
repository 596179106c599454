import type { MessageRecord } from "../../message/record.ts";
import { hasFailed } from "../widgets/status.tsx";
import { explainError, explainStatus } from "./explain.ts";

/** The text for a line of the list: for a failed message the reason, otherwise its text. */
export function saysOf(record: MessageRecord): string {
  return hasFailed(record) ? reasonOf(record) : (record.text ?? "");
}

/** Why it failed, if that is known. */
export function reasonOf({ error, status }: MessageRecord): string {
  const isNamed = error?.name !== undefined && error.name !== "NO_ERROR";
  const told = isNamed
    ? (explainError(error)?.meaning ?? error.name)
    : (explainStatus(status)?.meaning ?? status.description ?? status.name);
  return (told ?? "").replace(/\.$/, "");
}
