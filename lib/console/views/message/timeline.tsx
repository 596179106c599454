import { msOf } from "../../search/moments.ts";
import { colourOf, groupOf, writeGroup } from "../../widgets/status.tsx";
import { Time, writeLength, zone } from "../../widgets/times.tsx";
import type { Happening, KnownMessage } from "./known.ts";

const TYPES: Readonly<Record<string, string>> = {
  SENT: "Sent",
  SEEN: "Seen",
  CLICKED: "Link clicked",
  OPENED: "Opened",
  BOUNCED: "Bounced",
  COMPLAINED: "Reported as spam",
  UNSUBSCRIBED: "Unsubscribed",
};
const WAYS: Readonly<Record<string, string>> = {
  pull: "pulled",
  push: "pushed by Infobip",
  repair: "repaired from Infobip's logs",
  replay: "replayed from quarantine",
};

/** What happened, in chronological order, and how each event became known. */
export function Timeline({ known }: { readonly known: KnownMessage }) {
  const isSeveral = known.legs.length > 1;
  const sentMs = msOf(known.legs[0]?.sentAt);
  return (
    <section class="part">
      <h3>
        What happened <span class="quiet">{zone()}</span>
      </h3>
      <ol class="timeline">
        {folded(known.happenings).map(([happening, ...again], at) => (
          <Step key={at} happening={happening} again={again} isSeveral={isSeveral} sentMs={sentMs} />
        ))}
      </ol>
      {!known.hasHistory && <p class="quiet">Only the outcome is known, not each report on the way to it.</p>}
    </section>
  );
}

type Steps = readonly [Happening, ...Happening[]];

/** Repeated statements, such as a report that the logs repeat, are shown with the first one. */
function folded(happenings: readonly Happening[]): readonly Steps[] {
  const steps: Steps[] = [];
  for (const happening of happenings) {
    const last = steps.at(-1);
    if (last && isSame(last[0], happening)) steps[steps.length - 1] = [...last, happening];
    else steps.push([happening]);
  }
  return steps;
}

/** Logs have no error. */
function isSame(a: Happening, b: Happening): boolean {
  const said = ({ type, channel, happenedAt, report }: Happening) =>
    [type, channel, happenedAt, report?.status.name].join(" ");
  const [one, other] = [a.report?.error?.name, b.report?.error?.name];
  return said(a) === said(b) && (one === undefined || other === undefined || one === other);
}

function Step(props: {
  readonly happening: Happening;
  readonly again: readonly Happening[];
  readonly isSeveral: boolean;
  readonly sentMs: number;
}) {
  const { type, report, happenedAt, channel } = props.happening;
  const group = report ? groupOf(report) : "";
  const after = msOf(happenedAt) - props.sentMs;
  return (
    <li class={report ? colourOf(group) : "open"}>
      <p class="step">
        <strong>{report ? writeGroup(group) : (TYPES[type] ?? type)}</strong>
        {report?.status.name && <code>{report.status.name}</code>}
        {props.isSeveral && channel && <span class="quiet">{channel}</span>}
      </p>
      <p class="step quiet">
        <Time at={happenedAt} /> {after > 0 && <span>{writeLength(after)} after sending</span>}{" "}
        <span>{happenedAt}</span>
      </p>
      {[props.happening, ...props.again].map((each, at) => (
        <Way key={at} {...each} />
      ))}
    </li>
  );
}

/** How it became known, and when. */
function Way({ way, source, at }: Happening) {
  if (!way) return null;
  return (
    <p class="quiet">
      {WAYS[way] ?? way}
      {source && source !== "logs" && ` (${source})`}
      {at && (
        <span>
          , here <Time at={at} />
        </span>
      )}
    </p>
  );
}
