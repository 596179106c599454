import { useSignal } from "@preact/signals";
import { go, route } from "../navigation.ts";
import { parseQuery, printQuery, type Term, withTerm } from "../search/query.ts";
import { announce } from "./announce.ts";
import { Icon, type IconName } from "./icons.tsx";

const SHOWN_MS = 1_500;

/** Copies a text, or the result of a function; `what` names it. */
export function CopyButton({
  text,
  what,
  label,
  icon = "copy",
}: {
  readonly text: string | (() => string);
  readonly what: string;
  readonly label?: string;
  readonly icon?: IconName;
}) {
  const isDone = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
    } catch {
      announce("The browser does not let this page copy.");
      return;
    }
    isDone.value = true;
    announce(`Copied: ${what}`);
    setTimeout(() => {
      isDone.value = false;
    }, SHOWN_MS);
  };
  return (
    <button
      type="button"
      class={label ? "button" : "small"}
      onClick={copy}
      title={`Copy ${what}`}
      aria-label={label ? undefined : `Copy ${what}`}
    >
      <Icon name={isDone.value ? "check" : icon} />
      {label}
    </button>
  );
}

/** Adds a value to the conditions of the search. */
export function FilterButton({ term, isQuiet }: { readonly term: Term; readonly isQuiet?: boolean }) {
  const label = `Only ${term.word}:${term.value}`;
  const filter = () => {
    const { view, q } = route.value;
    const target = view === "live" ? "live" : "messages";
    go({ view: target, q: printQuery(withTerm(parseQuery(q).terms, term)) });
    announce(`Filtered: ${term.word} ${term.value}`);
  };
  return (
    <button
      type="button"
      class="small"
      onClick={filter}
      title={label}
      aria-label={label}
      tabIndex={isQuiet ? -1 : 0}
    >
      <Icon name="filter" />
    </button>
  );
}

/** A button with an icon; `keys` is the keyboard shortcut for the same. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: string;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      class="small"
      onClick={props.onClick}
      aria-label={props.label}
      title={props.keys ? `${props.label} (${props.keys})` : props.label}
    >
      <Icon name={props.icon} />
    </button>
  );
}
