import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { WORD_NAMES, WORD_TABLE } from "./search/words.ts";
import { IconButton } from "./widgets/buttons.tsx";

export const isHelpOpen = signal(false);

const KEYS = [
  ["/", "Search"],
  ["j k", "Next and previous message"],
  ["Enter", "Open the message"],
  ["Esc", "Close it; back to the list"],
  ["1 2 3 4", "Overview, Messages, Live, Health"],
  [".", "Live; there: pause and go on"],
  ["?", "This help"],
] as const;

/** The keys, and the words of the search. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    isHelpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <div class="detail-head">
        <h2 id="help-title">Keys and words</h2>
        <IconButton icon="close" label="Close" keys="Esc" onClick={() => dialog.current?.close()} />
      </div>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h3>Search</h3>
      <p class="quiet">
        A number, an address or an id needs no word before it. One word twice means either; different words
        mean all of them.
      </p>
      <dl>
        {WORD_NAMES.map((word) => (
          <div key={word}>
            <dt>
              <code>{WORD_TABLE[word].example}</code>
            </dt>
            <dd>{WORD_TABLE[word].hint}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
