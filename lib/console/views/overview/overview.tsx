import { untracked, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hrefOf, route } from "../../navigation.ts";
import { SearchBox } from "../../search/box.tsx";
import { LinkButton } from "../../widgets/link-button.tsx";
import { Empty, Failed } from "../../widgets/states.tsx";
import { writeMinute } from "../../widgets/times.tsx";
import { Cards } from "./cards.tsx";
import { Failures } from "./failures.tsx";
import { countsOf } from "./figures.ts";
import { Channels, Networks } from "./groups.tsx";
import { Incidents } from "./incidents.tsx";
import { Picker } from "./picker.tsx";
import { type Stretch, stretchOf } from "./range.ts";
import { Series } from "./series.tsx";
import { fault, isAsking, loadOverview, type Overview, overview } from "./statistics.ts";

/** The newest minutes change every minute. */
const RELOAD_MS = 60_000;

/** The overview of a chosen period, compared with the period before. */
export function OverviewView() {
  const range = useComputed(() => route.value.range);
  const load = () => {
    const stretch = stretchOf(range.value, Date.now());
    if (stretch) untracked(() => loadOverview(stretch, range.value));
  };
  useSignalEffect(load);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || load(), RELOAD_MS);
    return () => clearInterval(timer);
  }, []);
  const stretch = stretchOf(range.value, Date.now());
  return (
    <>
      <div class="bar">
        <SearchBox label="Search messages" />
        <div class="actions">
          <LinkButton />
        </div>
      </div>
      <div class="overview" aria-busy={isAsking}>
        <header class="overview-head">
          <h1>Overview</h1>
          <Picker range={range.value} />
        </header>
        {!stretch ? (
          <Empty title="This is no stretch of time. Choose one above." />
        ) : fault.value ? (
          <NoNumbers load={load} />
        ) : (
          <Numbers />
        )}
      </div>
    </>
  );
}

function NoNumbers({ load }: { readonly load: () => void }) {
  if (fault.value?.status !== 404) return fault.value ? <Failed fault={fault.value} retry={load} /> : null;
  return (
    <Empty title="This Omnilog keeps no statistics.">
      <p>They come with a newer version of its API.</p>
    </Empty>
  );
}

function Numbers() {
  const found = overview.value;
  if (!found) return null;
  // Each panel gets only its own parts, so that it is drawn again only when one of these has loaded.
  const { stretch, totals, earlier, prices, earlierPrices, incidents } = found;
  const { series, failures, networks, channels } = found;
  if (totals && earlier && countsOf(totals).sent + countsOf(earlier).sent === 0)
    return (
      <Empty title="Nothing was sent in this time.">
        <p>Choose a longer time, or wait: numbers follow the reports by up to a minute.</p>
      </Empty>
    );
  return (
    <>
      <p class="quiet period">
        Sent {writeMinute(stretch.sinceMs)} to {writeMinute(endOf(stretch))}, against the same length of time
        before
        {found.isIncomplete && ". Some older hours are not counted anew yet"}
        {isOfOneStep(found) && (
          <>
            . All of it within an hour: <a href={hrefOf({ range: "1h" })}>look closer</a>
          </>
        )}
      </p>
      <Cards {...{ stretch, totals, earlier, prices, earlierPrices }} />
      <div class="panels">
        {incidents && <Incidents incidents={incidents} nowMs={stretch.untilMs} />}
        <Series {...{ stretch, series, incidents, totals }} />
        <Failures {...{ stretch, failures }} />
        <Networks {...{ stretch, networks }} />
        <Channels {...{ stretch, channels }} />
      </div>
    </>
  );
}

/** Up to now, unless the whole period is in the future. */
function endOf({ sinceMs, untilMs }: Stretch): number {
  const nowMs = Date.now();
  return sinceMs < nowMs ? Math.min(untilMs, nowMs) : untilMs;
}

/** Do the charts have a single point, where minutes would show more? */
function isOfOneStep({ stretch, series, earlier }: Overview): boolean {
  const isYoung = series?.length === 1 && countsOf(earlier).sent === 0;
  return isYoung && stretch.step === "HOUR" && Date.now() < stretch.untilMs;
}
