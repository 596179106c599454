import { CopyButton } from "../../widgets/buttons.tsx";
import type { KnownMessage } from "./known.ts";

/** The raw answer, with every digit. */
export function Raw({ known }: { readonly known: KnownMessage }) {
  const text = JSON.stringify(known.raw, undefined, 2);
  return (
    <section class="part">
      <details class="raw">
        <summary>JSON</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so that it must be reached by keyboard */}
        <section tabIndex={0} aria-label="The message as JSON">
          <pre>{text}</pre>
        </section>
      </details>
      <CopyButton text={text} what="the message as JSON" label="Copy JSON" />
    </section>
  );
}
