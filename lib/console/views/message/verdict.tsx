import type { MessageRecord } from "../../../message/record.ts";
import { explainError, explainStatus } from "../../explain/explain.ts";
import { isToSendAgain } from "../../explain/tables.ts";
import { CopyButton } from "../../widgets/buttons.tsx";
import { colourOf, groupOf, hasFailed, Status } from "../../widgets/status.tsx";

/** The outcome: first in words, with what to do, and then as Infobip's codes. `before`: the channels tried before. */
export function Verdict({
  record,
  before,
}: {
  readonly record: MessageRecord;
  readonly before: readonly string[];
}) {
  const { to, channel } = record;
  const { lead, lasts, todo, codes } = judged(record);
  return (
    <div class="verdict">
      <p class="verdict-to">
        {to ?? "an unknown recipient"}
        {to && <CopyButton text={to} what="the recipient" />}
      </p>
      <p class="verdict-status">
        <Status group={groupOf(record)} />
        <span class="quiet">
          over {channel}
          {before.length > 0 && `, after ${before.join(" and ")}`}
        </span>
      </p>
      <div class={`why ${colourOf(groupOf(record))}`}>
        <p class="why-lead">
          {lead} {lasts}
        </p>
        {todo && (
          <p>
            <strong>What to do:</strong> {todo}
          </p>
        )}
        <dl class="codes">
          {codes.map(([code, text]) => (
            <div key={code}>
              <dt>{code}</dt>
              {text && <dd>{text}</dd>}
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}

interface Judged {
  readonly lead: string;
  readonly lasts: string;
  /** "" if there is nothing to do. */
  readonly todo: string;
  readonly codes: readonly (readonly [code: string, text: string | undefined])[];
}

/** For failures the error says more than the status; otherwise the status does. */
function judged(record: MessageRecord): Judged {
  const { status, error } = record;
  const ofStatus = explainStatus(status);
  const named = error?.name !== undefined && error.name !== "NO_ERROR" ? error.name : undefined;
  const ofError = named === undefined ? undefined : explainError(error);
  const isByError = hasFailed(record) && ofError !== undefined;
  const statusText = ofStatus?.meaning ?? status.description;
  const known = isByError ? ofError.todo : ofStatus?.todo;
  const unknown = "This code is not in Infobip's list: ask Infobip, with the message id.";
  return {
    lead: (isByError ? ofError.meaning : statusText) ?? "Infobip says no more of it.",
    lasts: hasFailed(record) && named !== undefined ? lastsOf(error?.permanent, known) : "",
    todo: known ?? (hasFailed(record) ? unknown : ""),
    codes: [
      ...(status.name ? [[status.name, isByError ? statusText : undefined] as const] : []),
      ...(named === undefined ? [] : [[named, isByError ? undefined : error?.description] as const]),
    ],
  };
}

/**
 * Infobip calls some errors permanent that a slower or corrected attempt would avoid: for these only the advice is
 * shown.
 */
function lastsOf(isPermanent: boolean | undefined, todo = ""): string {
  if (isPermanent === undefined || (isPermanent && isToSendAgain(todo))) return "";
  return isPermanent ? "Sending it again will not help." : "It may pass.";
}
