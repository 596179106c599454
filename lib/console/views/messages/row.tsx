import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { MessageRecord } from "../../../message/record.ts";
import { saysOf } from "../../explain/says.ts";
import { hrefOf } from "../../navigation.ts";
import type { WordName } from "../../search/words.ts";
import { FilterButton } from "../../widgets/buttons.tsx";
import { groupOf, Status, writeGroup } from "../../widgets/status.tsx";
import { Time } from "../../widgets/times.tsx";

/**
 * One message of the list; `q` is the query of the list. It does not read the route itself, or all rows would be drawn
 * again each time a message is opened. A link covers the row; the buttons next to its values lie above that.
 */
export function Row(props: { readonly record: MessageRecord; readonly isOpen: boolean; readonly q: string }) {
  const { record, isOpen, q } = props;
  const { to, from, channel, mccmnc, messageId, sentAt } = record;
  const group = groupOf(record);
  // Five buttons in each of a hundred rows would be half of what the page has to draw.
  const isNear = useSignal(false);
  const cell = (word: WordName, value: string | undefined, children: ComponentChildren) => (
    <Cell word={word} value={value} isNear={isNear.value}>
      {children}
    </Cell>
  );
  return (
    <li
      class={isOpen ? "row open" : "row"}
      onPointerEnter={() => {
        isNear.value = true;
      }}
      onPointerLeave={() => {
        isNear.value = false;
      }}
    >
      {cell("status", group, <Status group={group} />)}
      {cell(
        "to",
        to,
        <a
          class="row-link"
          href={hrefOf({ view: "messages", q, message: messageId })}
          aria-current={isOpen ? "true" : undefined}
          aria-label={`${writeGroup(group)}, ${channel} to ${to ?? "somebody"}`}
        >
          {to ?? messageId}
        </a>,
      )}
      {cell("channel", channel, channel)}
      {cell("from", from, from ?? "–")}
      {cell("network", mccmnc, mccmnc ?? "–")}
      <span class="cell says">{saysOf(record)}</span>
      <span class="cell when">
        <Time at={sentAt} />
      </span>
    </li>
  );
}

function Cell(props: {
  readonly word: WordName;
  readonly value: string | undefined;
  readonly isNear: boolean;
  readonly children: ComponentChildren;
}) {
  const { word, value, isNear, children } = props;
  return (
    <span class={`cell ${word}`}>
      <span class="cell-text">{children}</span>
      {isNear && value !== undefined && <FilterButton term={{ word, value }} isQuiet />}
    </span>
  );
}
