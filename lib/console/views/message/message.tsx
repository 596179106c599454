import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Fault } from "../../api.ts";
import { go, route } from "../../navigation.ts";
import { announce } from "../../widgets/announce.ts";
import { IconButton } from "../../widgets/buttons.tsx";
import { LinkButton } from "../../widgets/link-button.tsx";
import { Coming, Failed } from "../../widgets/states.tsx";
import { groupOf, writeGroup } from "../../widgets/status.tsx";
import { Facts } from "./facts.tsx";
import { type KnownMessage, loadMessage } from "./known.ts";
import { Legs } from "./legs.tsx";
import { Raw } from "./raw.tsx";
import { Timeline } from "./timeline.tsx";
import { Verdict } from "./verdict.tsx";

/** Closes the message and shows only the list. */
export function closeMessage(): void {
  const { view, q } = route.value;
  go({ view, q });
}

/** The same width as in narrow.css. */
const OVER_THE_LIST = "(max-width: 1100px)";

/** Everything that is known about one message. */
export function MessageDetail({ messageId }: { readonly messageId: string }) {
  const known = useSignal<KnownMessage | undefined>(undefined);
  const fault = useSignal<Fault | undefined>(undefined);
  const section = useRef<HTMLElement>(null);
  const load = (signal: AbortSignal) => {
    fault.value = undefined;
    loadMessage(messageId, signal).then(
      (found) => {
        known.value = found;
        const outcome = found.legs.at(-1);
        if (outcome) announce(`${writeGroup(groupOf(outcome))}: the message to ${outcome.to ?? "somebody"}`);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        fault.value = error instanceof Fault ? error : new Fault(500, "This answer cannot be shown.");
      },
    );
  };
  useEffect(() => {
    const calledOff = new AbortController();
    load(calledOff.signal);
    // If the message covers the list, the list cannot keep the focus.
    if (matchMedia(OVER_THE_LIST).matches) section.current?.focus();
    return () => calledOff.abort();
  }, []);
  return (
    <section ref={section} class="detail" aria-label="Message" tabIndex={-1}>
      <div class="detail-head">
        <h2>Message</h2>
        <span class="tools">
          <LinkButton what="message" isSmall />
          <IconButton icon="close" label="Close the message" keys="Esc" onClick={closeMessage} />
        </span>
      </div>
      {fault.value && <Failed fault={fault.value} retry={() => load(new AbortController().signal)} />}
      {!known.value && !fault.value && <Coming />}
      {known.value && <Known known={known.value} />}
    </section>
  );
}

function Known({ known }: { readonly known: KnownMessage }) {
  const latest = known.legs.at(-1);
  if (!latest) return null;
  return (
    <>
      <Verdict record={latest} before={known.legs.slice(0, -1).map(({ channel }) => channel)} />
      {known.legs.length > 1 && <Legs legs={known.legs} />}
      <Timeline known={known} />
      <Facts record={latest} />
      <Raw known={known} />
    </>
  );
}
