import * as v from "valibot";
import { printJson } from "../message/json.ts";
import { formatMoment } from "../message/moment.ts";
import type { Numbers } from "../statistics/alerts/finding.ts";
import { readIncidents } from "../statistics/alerts/incident-store.ts";
import { HEADINGS, summaryOf } from "../statistics/alerts/notice.ts";
import type { Segment } from "../statistics/alerts/segment.ts";
import { STEP_MS } from "../statistics/alerts/settings.ts";
import { loadWatch } from "../statistics/alerts/state-store.ts";
import type { Incident } from "../statistics/alerts/watch-state.ts";
import type { Admission } from "./admission.ts";
import { dateSchema } from "./feed-request.ts";
import { badRequest } from "./refusals.ts";
import { limitSchema, parseQuery } from "./report-request.ts";
import type { HttpRequest } from "./requests.ts";
import { ok, type Reply } from "./responses.ts";
import type { Client } from "./rights.ts";
import type { ApiServices } from "./services.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** The rules run every five minutes. If they have not for this long, the answer says so. */
const NOT_JUDGED_MS = 3 * STEP_MS;

/** The parameters of the incidents. */
export const incidentParameters = v.object({
  since: v.optional(dateSchema),
  until: v.optional(dateSchema),
  open: v.optional(v.picklist(["true", "false"], "must be true or false")),
  limit: limitSchema,
});

/** Parses the query string. Throws a Refusal that names each invalid parameter. */
export function parseIncidentsRequest(queryString: string, nowMs: number) {
  const { until: untilMs = nowMs, since, ...others } = parseQuery(queryString, incidentParameters);
  const sinceMs = since ?? untilMs - WEEK_MS;
  if (sinceMs >= untilMs) throw badRequest({ since: ["must be before until, which is now by default"] });
  return { ...others, sinceMs, untilMs };
}

/** Answers `GET /omnilog/1/incidents`: what was found wrong with channels, networks and senders, newest first. */
export async function answerIncidents(
  request: HttpRequest,
  { client }: Admission,
  { db, now }: Pick<ApiServices, "db" | "now">,
): Promise<Reply> {
  const { sinceMs, untilMs, open, limit } = parseIncidentsRequest(request.queryString, now());
  const [state, stored] = await Promise.all([loadWatch(db), readIncidents(db, sinceMs, untilMs)]);
  // For open incidents the state is more up to date than the item, which was written when they were opened.
  const current = new Map(state.watch.open.map((incident) => [incident.id, incident]));
  const incidents = stored
    .map((incident) => (incident.closedMs === undefined ? (current.get(incident.id) ?? incident) : incident))
    .filter(({ closedMs }) => open === undefined || (closedMs === undefined) === (open === "true"))
    .filter(({ segment }) => maySee(client, segment))
    .slice(0, limit);
  const judgedMs = (state.watch.atStep + 1) * STEP_MS;
  const body = printJson({
    incidents: incidents.map((incident) => printIncident(incident, client)),
    ...(state.watch.atStep < 0 ? {} : { judgedUntil: formatMoment(judgedMs - STEP_MS) }),
    ...(now() - judgedMs > NOT_JUDGED_MS ? { notJudged: "LAG" } : {}),
  });
  const response = ok("json", body);
  return { response, client: client.name, rows: incidents.length, readUnits: 0, isIncomplete: false };
}

/** A client that is limited to senders sees no others, and thus nothing about a whole channel or network. */
function maySee({ channels, senders }: Client, { channel, sender }: Segment): boolean {
  const isChannelSeen = channels === undefined || channels.includes(channel);
  return isChannelSeen && (senders === undefined || (sender !== undefined && senders.includes(sender)));
}

/** A client of some senders must learn nothing about the whole channel. */
function reasonFor({ senders }: Client, closedBecause: Incident["closedBecause"]) {
  return senders && closedBecause === "PART_OF_CHANNEL" ? {} : { closedBecause };
}

function printIncident(incident: Incident, client: Client) {
  const { id, kind, segment, openedMs, sinceMs, numbers, worst, also, closedMs, closedBecause } = incident;
  return {
    incidentId: id,
    kind,
    ...printSegment(segment),
    openedAt: formatMoment(openedMs),
    ...(closedMs === undefined
      ? {}
      : { closedAt: formatMoment(closedMs), ...reasonFor(client, closedBecause) }),
    since: formatMoment(sinceMs),
    summary: summaryOf(incident),
    numbers: printNumbers(numbers),
    worst: printNumbers(worst),
    also: also.filter((one) => maySee(client, one)).map(printSegment),
    runbook: HEADINGS[kind],
  };
}

function printSegment({ channel, network, sender }: Segment) {
  return {
    channel,
    ...(network === undefined ? {} : { networkId: network }),
    ...(sender === undefined ? {} : { sender }),
  };
}

function printNumbers({ windowMinutes, messages, bad, share, usual, threshold, currency }: Numbers) {
  const round = (value: number) => Math.round(value * 10_000) / 10_000;
  return {
    windowMinutes,
    messages: round(messages),
    bad: round(bad),
    share: round(share),
    usual: round(usual),
    threshold: round(threshold),
    ...(currency === undefined ? {} : { currency }),
  };
}
