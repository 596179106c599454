import { digitsOf } from "../../../message/json.ts";
import type { MessageRecord } from "../../../message/record.ts";
import type { Term } from "../../search/query.ts";
import { session } from "../../session.ts";
import { CopyButton, FilterButton } from "../../widgets/buttons.tsx";
import { Time } from "../../widgets/times.tsx";

/** The fields of a message, each with buttons to filter by it and to copy it. */
export function Facts({ record }: { readonly record: MessageRecord }) {
  const {
    messageId,
    bulkId,
    to,
    from,
    channel,
    mccmnc,
    messageCount,
    price,
    sentAt,
    doneAt,
    callbackData,
    error,
  } = record;
  const named = error?.name === "NO_ERROR" ? "" : (error?.name ?? "");
  const cost = digitsOf(price?.pricePerMessage);
  const platform = (record.platform ?? record) as Record<string, unknown>;
  return (
    <>
      <section class="part">
        <h3>Text</h3>
        <p class={record.text ? "text" : "quiet"}>{record.text ?? whyNoText()}</p>
      </section>
      <section class="part">
        <h3>Details</h3>
        <dl class="facts">
          <Fact name="Message id" value={messageId} isCode term={{ word: "id", value: messageId }} />
          <Fact name="Bulk" value={bulkId} isCode term={{ word: "bulk", value: bulkId ?? "" }} />
          <Fact name="To" value={to} term={{ word: "to", value: to ?? "" }} />
          <Fact name="From" value={from} term={{ word: "from", value: from ?? "" }} />
          <Fact name="Channel" value={channel} term={{ word: "channel", value: channel }} />
          <Fact name="Network" value={mccmnc} term={{ word: "network", value: mccmnc ?? "" }} />
          <Fact name="Error" value={named} term={{ word: "error", value: named }} />
          <Fact name="Parts" value={messageCount?.toString()} />
          <Fact
            name="Price"
            value={cost === undefined ? undefined : `${cost} ${price?.currency ?? ""} a part`}
          />
          <Fact name="Entity" value={asText(platform.entityId)} />
          <Fact name="Application" value={asText(platform.applicationId)} />
          <Fact name="Campaign" value={asText(record.campaignReferenceId)} />
          <Fact name="Callback data" value={callbackData} isCode />
          <When name="Sent" at={sentAt} />
          <When name="Done" at={doneAt} />
        </dl>
      </section>
    </>
  );
}

function whyNoText(): string {
  return session.value?.isTextHidden
    ? "This client may not see texts."
    : "Infobip's reports have no text; its logs bring it a little later.";
}

const asText = (value: unknown) => (typeof value === "string" ? value : undefined);

function Fact(props: {
  readonly name: string;
  readonly value: string | undefined;
  readonly isCode?: boolean;
  readonly term?: Term;
}) {
  const { name, value, term, isCode } = props;
  if (value === undefined || value === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isCode ? "code" : undefined}>{value}</dd>
      <dd class="tools">
        {term && <FilterButton term={term} />}
        <CopyButton text={value} what={name.toLowerCase()} />
      </dd>
    </div>
  );
}

/** A moment in the reader's time zone, and as it was sent. */
function When({ name, at }: { readonly name: string; readonly at: string | undefined }) {
  if (at === undefined) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Time at={at} /> <span class="quiet code">{at}</span>
      </dd>
      <dd class="tools">
        <CopyButton text={at} what={`when it was ${name.toLowerCase()}`} />
      </dd>
    </div>
  );
}
