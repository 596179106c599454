import type { MessageRecord } from "../../../message/record.ts";
import { reasonOf } from "../../explain/says.ts";
import { groupOf, hasFailed, Status } from "../../widgets/status.tsx";
import { Time } from "../../widgets/times.tsx";

/** The channels that were tried for a message, in order: each after the one before had failed. */
export function Legs({ legs }: { readonly legs: readonly MessageRecord[] }) {
  return (
    <section class="part">
      <h3>Channels tried</h3>
      <ol class="legs">
        {legs.map((leg) => (
          <li key={leg.channel}>
            <span class="leg-channel">{leg.channel}</span>
            <Status group={groupOf(leg)} />
            <Time at={leg.sentAt} />
            {hasFailed(leg) && <span class="leg-reason">{reasonOf(leg)}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
