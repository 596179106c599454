import { computed, useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { reasonOf } from "../../explain/says.ts";
import { hrefOf, route } from "../../navigation.ts";
import { SearchBox } from "../../search/box.tsx";
import { Chips } from "../../search/chips.tsx";
import { parseQuery } from "../../search/query.ts";
import { meets } from "../../search/requests.ts";
import { Icon } from "../../widgets/icons.tsx";
import { Coming, Empty, Failed } from "../../widgets/states.tsx";
import { groupOf, hasFailed, Status } from "../../widgets/status.tsx";
import { Time } from "../../widgets/times.tsx";
import { MessageDetail } from "../message/message.tsx";
import { type Arrival, arrivals, follow, heardAtMs, isPaused, tailFault, turnPause } from "./tail.ts";

const SHOWN = 100;
const terms = computed(() => parseQuery(route.value.q).terms);

/** Reports as they arrive, newest first. */
export function LiveView() {
  useEffect(follow, []);
  const shown = useComputed(() =>
    arrivals.value.filter(({ report }) => meets(terms.value, report, Date.now())).slice(0, SHOWN),
  );
  const { message } = route.value;
  return (
    <div class={message === "" ? "messages" : "messages with-detail"}>
      <div class="bar">
        <h1 class="unseen">Live</h1>
        <SearchBox label="Filter what comes in" />
        <div class="actions">
          <button type="button" class="button" aria-pressed={isPaused} onClick={turnPause} title="Pause (.)">
            <Icon name={isPaused.value ? "play" : "pause"} />
            {isPaused.value ? "Go on" : "Pause"}
          </button>
        </div>
        <Chips />
      </div>
      <div class="split">
        <div class="rows">
          <p class="pulse" role="status">
            <span class={isPaused.value || tailFault.value ? "dot" : "dot beating"} aria-hidden="true" />
            {standing()}
          </p>
          {tailFault.value && <Failed fault={tailFault.value} />}
          {heardAtMs.value === undefined && !tailFault.value && <Coming />}
          {heardAtMs.value !== undefined && shown.value.length === 0 && (
            <Empty
              title={
                arrivals.value.length > 0
                  ? "Nothing of this kind yet."
                  : "Nothing has come in for two minutes."
              }
            >
              <p>It appears here within three seconds of its arrival.</p>
            </Empty>
          )}
          <ul class="row-list" aria-label="Reports, newest first">
            {shown.value.map((arrival) => (
              <LiveRow
                key={arrival.position}
                arrival={arrival}
                isOpen={arrival.report.messageId === message}
              />
            ))}
          </ul>
        </div>
        {message !== "" && <MessageDetail key={message} messageId={message} />}
      </div>
    </div>
  );
}

function standing(): string {
  if (isPaused.value) return "Paused";
  return tailFault.value ? "Not connected; trying again" : "Live: every two seconds";
}

function LiveRow({ arrival, isOpen }: { readonly arrival: Arrival; readonly isOpen: boolean }) {
  const { report, way, source, receivedAt } = arrival;
  const { q } = route.value;
  return (
    <li class={isOpen ? "row open" : "row"}>
      <span class="cell status">
        <Status group={groupOf(report)} />
      </span>
      <span class="cell to">
        <a
          class="row-link"
          href={hrefOf({ view: "live", q, message: report.messageId })}
          aria-current={isOpen ? "true" : undefined}
        >
          {report.to ?? report.messageId}
        </a>
      </span>
      <span class="cell channel">{report.channel}</span>
      <span class="cell from">{report.from ?? "–"}</span>
      <span class="cell network">{report.mccmnc ?? "–"}</span>
      <span class="cell says">
        {hasFailed(report) ? reasonOf(report) : report.status.name} · {way} ({source})
      </span>
      <span class="cell when">
        <Time at={receivedAt} />
      </span>
    </li>
  );
}
