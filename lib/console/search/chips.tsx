import { computed } from "@preact/signals";
import { go, hrefOf, route } from "../navigation.ts";
import { Icon } from "../widgets/icons.tsx";
import { parseQuery, printQuery, type Term, withoutTerm, withTerm } from "./query.ts";

const query = computed(() => parseQuery(route.value.q));

/** Frequent searches. */
const USUAL: readonly (Term & { label: string })[] = [
  { word: "status", value: "failed", label: "Failed" },
  { word: "status", value: "PENDING", label: "Pending" },
  { word: "since", value: "1h", label: "Last hour" },
  { word: "since", value: "24h", label: "Last 24 hours" },
];

/** The conditions of the search, each with a button to remove it; what was not understood; and what a click can add. */
export function Chips() {
  const { terms, misread } = query.value;
  const { view } = route.value;
  const put = (next: readonly Term[]) => go({ view, q: printQuery(next) });
  // The live view always shows the present.
  const more = USUAL.filter(
    ({ word }) => !terms.some((term) => term.word === word) && !(view === "live" && word === "since"),
  );
  return (
    <div class="chips">
      {terms.map((term) => (
        <span key={`${term.word}:${term.value}`} class="chip">
          <span class="chip-word">{term.word}</span>
          <span class="chip-value">{term.value}</span>
          <button
            type="button"
            aria-label={`Take out ${term.word} ${term.value}`}
            onClick={() => put(withoutTerm(terms, term))}
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      {more.map(({ label, ...term }) => (
        <a key={label} class="chip usual" href={hrefOf({ view, q: printQuery(withTerm(terms, term)) })}>
          {label}
        </a>
      ))}
      {misread.map(({ text, reason }) => (
        <p key={text} class="misread" role="alert">
          <Icon name="warning" /> {reason} <q>{text}</q> is left out.
        </p>
      ))}
    </div>
  );
}
