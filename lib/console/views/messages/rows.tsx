import { untracked, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MessageRecord } from "../../../message/record.ts";
import { go, route } from "../../navigation.ts";
import { hrefOfMessages } from "../../search/links.ts";
import { parseQuery, type Term } from "../../search/query.ts";
import { writeCount } from "../../widgets/numbers.ts";
import { Coming, Empty, Failed } from "../../widgets/states.tsx";
import { writeWhen } from "../../widgets/times.tsx";
import { fault, goOn, list, listed, looked, more, rows, standing, stop } from "./list.ts";
import { Row } from "./row.tsx";

/** The messages that were found, and what follows the last one. */
export function Rows() {
  const { q, message } = route.value;
  const isOfThis = listed.value === q;
  const shown = useDrawn(isOfThis ? rows.value : NONE);
  // The element after the last row loads more as soon as it becomes visible.
  const isDrawn = shown.length === rows.value.length;
  return (
    <div class="rows">
      <div class="row head" aria-hidden="true">
        {["Status", "To", "Channel", "From", "Network", "Text or reason", "Sent"].map((name, at) => (
          <span
            key={name}
            class={`cell ${["status", "to", "channel", "from", "network", "says", "when"][at]}`}
          >
            {name}
          </span>
        ))}
      </div>
      <ul class="row-list" aria-label="Messages, newest first">
        {shown.map((record) => (
          <Row
            key={`${record.messageId} ${record.channel}`}
            record={record}
            q={q}
            isOpen={record.messageId === message}
          />
        ))}
      </ul>
      {!isOfThis && <Coming lines={12} />}
      {isOfThis && isDrawn && <End q={q} />}
    </div>
  );
}

const NONE: readonly MessageRecord[] = [];
/** As many rows at a time as a slow phone can draw without freezing; the first ones fill its screen. */
const AT_ONCE = 20;

/** The rows that are drawn so far: more with each step, until all are. */
function useDrawn(all: readonly MessageRecord[]): readonly MessageRecord[] {
  const drawn = useSignal({ of: all[0], count: AT_ONCE });
  const count = drawn.value.of === all[0] ? drawn.value.count : AT_ONCE;
  useEffect(() => {
    if (count >= all.length) return;
    const timer = setTimeout(() => {
      drawn.value = { of: all[0], count: count + AT_ONCE };
    }, 0);
    return () => clearTimeout(timer);
  }, [all, count]);
  return count < all.length ? all.slice(0, count) : all;
}

function End({ q }: { readonly q: string }) {
  const isEmpty = rows.value.length === 0;
  const { value: now } = standing;
  if (now === "failed" && fault.value)
    return <Failed fault={fault.value} retry={isEmpty ? () => list(q, true) : goOn} />;
  if (now === "over" && isEmpty) return <Nothing q={q} />;
  if (now === "asking" && !looked.value) return <Coming lines={isEmpty ? 12 : 2} />;
  return (
    <div class="end">
      {now === "over" && <p>That is all: {countOf(rows.value.length)}.</p>}
      <LookedThrough />
      {now === "waiting" && <Sentinel />}
      {now === "asking" ? (
        <button type="button" class="button" onClick={stop}>
          Stop
        </button>
      ) : (
        now !== "over" && (
          <button type="button" class="button" onClick={more}>
            {now === "stopped" ? "Go on looking" : "Show more"}
          </button>
        )
      )}
    </div>
  );
}

const countOf = (count: number) => `${writeCount(count)} ${count === 1 ? "message" : "messages"}`;

/** Progress when every message must be checked here: the archive has no filter for errors and names of statuses. */
function LookedThrough() {
  if (!looked.value) return null;
  const { messages, backToMs } = looked.value;
  const since = backToMs === undefined ? "" : `, back to ${writeWhen(backToMs)}`;
  return (
    <p class="quiet">
      {standing.value === "asking" && "Looking on. "}
      {countOf(messages)} looked through{since}: {writeCount(rows.value.length)} found
      {standing.value === "over" ? "." : " so far."}
    </p>
  );
}

/** Loads more shortly before it becomes visible. */
function Sentinel() {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!mark.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) more();
      },
      { rootMargin: "600px" },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [rows.value.length]);
  return <div ref={mark} class="sentinel" />;
}

/**
 * Other things that a single value can mean: an id may be of a bulk or a device, a number may be an id. These are one
 * click away.
 */
const AS = { to: "a recipient", bulk: "a bulk", id: "an id", from: "a sender" } as const;

function Nothing({ q }: { readonly q: string }) {
  const { terms } = parseQuery(q);
  const [only] = terms.length === 1 ? terms : [];
  const isOpen = only?.word === "id" || only?.word === "to";
  const others = isOpen ? (Object.keys(AS) as (keyof typeof AS)[]).filter((word) => word !== only.word) : [];
  // For an id this includes what would be removed from a number.
  const value = /^\d+$/.test(q.trim()) ? q.trim() : (only?.value ?? "");
  const asOther = (word: Term["word"]) => hrefOfMessages({ word, value });
  return (
    <Empty title={q === "" ? "There are no messages yet." : "No message meets all of this."}>
      {q === "" && <p>They appear here a few seconds after Infobip has reported them.</p>}
      {others.length > 0 && (
        <p>
          Look for it as{" "}
          {others.map((word, at) => (
            <>
              {at > 0 && " or "}
              <a href={asOther(word)}>{AS[word]}</a>
            </>
          ))}
          .
        </p>
      )}
      {terms.length > 1 && <p>Take a condition out, or look further back.</p>}
      {q !== "" && (
        <button type="button" class="button" onClick={() => go({ view: "messages" })}>
          Show all messages
        </button>
      )}
    </Empty>
  );
}

/** Searches again whenever the query changes. */
export function useList(): void {
  useSignalEffect(() => {
    const { q } = route.value;
    // What the list itself reads must not start it again.
    untracked(() => list(q));
  });
}
