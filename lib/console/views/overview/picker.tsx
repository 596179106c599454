import { useSignal } from "@preact/signals";
import { go, hrefOf } from "../../navigation.ts";
import { HOME } from "../../route.ts";
import { writeMoment } from "../../search/moments.ts";
import { RANGES, stretchOf } from "./range.ts";

const NAMES = {
  ...{
    "1h": ["1 h", "The last hour"],
    today: ["Today", "Since midnight"],
    "24h": ["24 h", "The last 24 hours"],
  },
  ...{ "7d": ["7 d", "The last 7 days"], "30d": ["30 d", "The last 30 days"] },
} as const;

/** Chooses the period of the overview. */
export function Picker({ range }: { readonly range: string }) {
  const isCustom = !RANGES.some((each) => each === range);
  const isOpen = useSignal(false);
  return (
    <div class="picker">
      <nav aria-label="Time" class="ranges">
        {RANGES.map((each) => (
          <a
            key={each}
            href={hrefOf({ ...HOME, range: each })}
            aria-current={range === each ? "true" : undefined}
            title={NAMES[each][1]}
          >
            {NAMES[each][0]}
          </a>
        ))}
        <button
          type="button"
          aria-expanded={isOpen.value}
          aria-current={isCustom ? "true" : undefined}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          Custom
        </button>
      </nav>
      {isOpen.value && <Custom range={range} />}
    </div>
  );
}

function Custom({ range }: { readonly range: string }) {
  const stretch = stretchOf(range, Date.now());
  const show = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const [since, until] = ["since", "until"].map((name) => new Date(String(given.get(name))).getTime());
    if (since === undefined || until === undefined || !(since < until)) return;
    go({ range: `${writeMoment(since)}/${writeMoment(until)}` });
  };
  return (
    <form class="custom" onSubmit={show}>
      <label>
        From <input type="datetime-local" name="since" required defaultValue={localOf(stretch?.sinceMs)} />
      </label>
      <label>
        to <input type="datetime-local" name="until" required defaultValue={localOf(stretch?.untilMs)} />
      </label>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  );
}

/** In the form that a date and time field takes, in the reader's time zone. */
function localOf(ms = Date.now()): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
