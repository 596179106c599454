import { signal, useSignal, useSignalEffect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { errorNames } from "../explain/explain.ts";
import { go, route } from "../navigation.ts";
import { Icon } from "../widgets/icons.tsx";
import { accept, type Suggestion, suggest } from "./suggest.ts";

/** Set when `/` is pressed in another view, so that the box takes the focus as soon as it is there. */
export const isSearchWanted = signal(false);

/** The search box, of which there is one. Enter searches for what is typed; the key `/` leads here from everywhere. */
export function SearchBox({ label }: { readonly label: string }) {
  const text = useSignal(route.value.q);
  const isOpen = useSignal(false);
  /** The suggestion that is selected with the arrow keys; -1: none, and Enter searches for what is typed. */
  const at = useSignal(-1);
  const input = useRef<HTMLInputElement>(null);
  useSignalEffect(() => {
    text.value = route.value.q;
  });
  useLayoutEffect(() => {
    if (isSearchWanted.peek()) input.current?.select();
    isSearchWanted.value = false;
  }, []);
  const found = isOpen.value ? suggest(text.value, errorNames.value) : [];
  const submit = (value: string) => {
    isOpen.value = false;
    go({ view: route.value.view === "live" ? "live" : "messages", q: value.trim() });
  };
  const take = (suggestion: Suggestion) => {
    text.value = accept(text.value, suggestion);
    at.value = -1;
    input.current?.focus();
    if (suggestion.text.endsWith(" ")) submit(text.value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && (found.length > 0 || !isOpen.value)) {
      event.preventDefault();
      isOpen.value = true;
      at.value = Math.max(-1, Math.min(found.length - 1, at.value + step));
    }
    if (event.key === "Escape") {
      event.stopPropagation();
      if (isOpen.value) isOpen.value = false;
      else input.current?.blur();
    }
    const chosen = found[at.value];
    if (chosen && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(chosen);
    }
  };
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          submit(text.value);
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          id="search"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          placeholder="A number, address or id, or status:failed channel:SMS since:2h"
          aria-label={label}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="suggestions"
          aria-autocomplete="list"
          aria-activedescendant={at.value >= 0 && found[at.value] ? `suggestion-${at.value}` : undefined}
          value={text}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            isOpen.value = true;
            at.value = -1;
          }}
          onFocus={() => {
            isOpen.value = true;
          }}
          onBlur={() => {
            isOpen.value = false;
            at.value = -1;
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>/</kbd>
        <Suggestions found={found} at={at.value} take={take} />
      </form>
    </search>
  );
}

function Suggestions(props: {
  readonly found: readonly Suggestion[];
  readonly at: number;
  readonly take: (suggestion: Suggestion) => void;
}) {
  const { found, at, take } = props;
  return (
    <div
      id="suggestions"
      role="listbox"
      aria-label="Suggestions"
      class="suggestions"
      hidden={found.length === 0}
    >
      {found.map((suggestion, index) => (
        <div
          key={suggestion.text}
          id={`suggestion-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onMouseDown={(event) => {
            // Keeps the focus in the box.
            event.preventDefault();
            take(suggestion);
          }}
        >
          <code>{suggestion.text}</code>
          <span>{suggestion.hint}</span>
        </div>
      ))}
    </div>
  );
}
