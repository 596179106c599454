import { hrefOfMessages } from "../../search/links.ts";
import { msOf } from "../../search/moments.ts";
import type { Term } from "../../search/query.ts";
import { writeWhen } from "../../widgets/times.tsx";
import { termsOf } from "./range.ts";
import type { Incident } from "./statistics.ts";

const KINDS: Readonly<Record<string, string>> = {
  DELIVERY: "Fewer delivered",
  SLOW: "Slow",
  REJECTED: "More rejected",
  SILENCE: "Silence",
  SPEND: "Dear",
};

/** The alerts in this period, each with a link to its messages. */
export function Incidents({
  incidents,
  nowMs,
}: {
  readonly incidents: readonly Incident[];
  readonly nowMs: number;
}) {
  if (incidents.length === 0) return null;
  return (
    <section class="panel wide">
      <h2>Incidents</h2>
      <ul class="incidents">
        {incidents.map((incident) => (
          <li key={incident.incidentId}>
            <span class={incident.closedAt ? "state" : "state now"}>
              {incident.closedAt ? "Over" : "Now"}
            </span>
            <a href={hrefOfIncident(incident, nowMs)}>
              {KINDS[incident.kind] ?? incident.kind}: {incident.summary}
            </a>
            <span class="quiet">
              {writeWhen(msOf(incident.openedAt))}
              {incident.closedAt && ` to ${writeWhen(msOf(incident.closedAt))}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The link to the messages of an incident; while it is open, to those until `nowMs`. */
export function hrefOfIncident(
  { channel, networkId, sender, since, closedAt }: Incident,
  nowMs: number,
): string {
  const terms: Term[] = [
    { word: "channel", value: channel },
    ...(networkId === undefined ? [] : [{ word: "network", value: String(networkId) } as const]),
    ...(sender === undefined ? [] : [{ word: "from", value: sender } as const]),
    ...termsOf({ sinceMs: msOf(since), untilMs: closedAt ? msOf(closedAt) : nowMs }),
  ];
  return hrefOfMessages(...terms);
}
