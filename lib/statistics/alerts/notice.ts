import { formatMoment } from "../../message/moment.ts";
import type { Numbers } from "./finding.ts";
import { HOUR_MS } from "./past-hours.ts";
import { nameOf, type Segment } from "./segment.ts";
import type { IncidentKind } from "./shares.ts";
import type { Incident } from "./watch-state.ts";

/** A link shows how it was before, too; statistics by the minute are for so long at most. */
const BEFORE_MS = HOUR_MS;
const MOST_MINUTES_MS = 6 * HOUR_MS;

/** What is told about an incident: numbers and a segment, but never a recipient or a text. */
export interface Notice {
  readonly subject: string;
  readonly message: string;
}

/** The headings of infra/RUNBOOK.md, exactly as spelled there. */
export const HEADINGS: Readonly<Record<IncidentKind, string>> = {
  DELIVERY: "Fewer messages are delivered than usual",
  SLOW: "Messages are slower than usual",
  REJECTED: "More messages are rejected than usual",
  SILENCE: "No reports come where there are usually many",
  SPEND: "Sending costs more than usual",
};

const REASONS = {
  BACK: "It is as usual again.",
  QUIET: "There is nothing to judge any more: nothing is sent, or it is muted.",
  USUAL_NOW: "It has been so for a week, and counts as usual from now on.",
  PART_OF_CHANNEL: "It is a part of what concerns the whole channel.",
} as const;

/** One sentence with the numbers. */
export function summaryOf({
  kind,
  segment,
  numbers,
}: Pick<Incident, "kind" | "segment" | "numbers">): string {
  return `${placeOf(segment)}: ${SENTENCES[kind](numbers)}`;
}

const SENTENCES: Readonly<Record<IncidentKind, (numbers: Numbers) => string>> = {
  DELIVERY: (numbers) =>
    numbers.threshold >= 1
      ? `none of ${count(numbers)} was delivered; nothing is known yet of what is usual.`
      : `${percent(1 - numbers.share)} of ${count(numbers)} were delivered; ${percent(1 - numbers.usual)} is usual at this hour.`,
  SLOW: (numbers) =>
    `${percent(numbers.share)} of ${count(numbers)} took more than five minutes; ${percent(numbers.usual)} is usual at this hour.`,
  REJECTED: (numbers) =>
    `${percent(numbers.share)} of ${count(numbers)} were rejected; ${percent(numbers.usual)} is usual at this hour.`,
  SILENCE: ({ messages, windowMinutes }) =>
    `no report for ${span(windowMinutes)}; at least ${Math.round(messages)} were to be expected.`,
  SPEND: ({ bad, usual, currency = "", messages }) =>
    `${money(bad)} ${currency} within an hour for ${messages} messages; ${money(usual)} ${currency} is usual at this hour.`,
};

/**
 * What is told when an incident opens. `url`: the base URL of the stack's API, without a slash at the end; "" if
 * unknown.
 */
export function openedNotice(incident: Incident, stack: string, url: string): Notice {
  const also = incident.also.length > 0 ? [`Also: ${incident.also.map(placeOf).join("; ")}.`] : [];
  return {
    subject: subjectOf(stack, HEADINGS[incident.kind], nameOf(incident.segment)),
    message: [summaryOf(incident), ...also, ...footer(incident, url)].join("\n"),
  };
}

/** What is told when it is over. */
export function closedNotice(incident: Incident, stack: string, url: string): Notice {
  const { closedBecause = "BACK", closedMs = incident.openedMs, openedMs } = incident;
  const lines = [
    `${placeOf(incident.segment)}: over after ${span((closedMs - openedMs) / 60_000)}. ${REASONS[closedBecause]}`,
    `At its worst: ${SENTENCES[incident.kind](incident.worst)}`,
    ...footer(incident, url),
  ];
  return {
    subject: subjectOf(stack, "Over", nameOf(incident.segment)),
    message: lines.join("\n"),
  };
}

function footer({ kind, segment, sinceMs, openedMs, closedMs = openedMs }: Incident, url: string): string[] {
  // Of a period of its own: a link without one would show the hour in which it is opened.
  const query = new URLSearchParams({
    aggregateBy: "MINUTE",
    sentSince: formatMoment(Math.max(sinceMs - BEFORE_MS, closedMs - MOST_MINUTES_MS)),
    sentUntil: formatMoment(closedMs),
    channelCodes: segment.channel,
    ...(segment.network === undefined ? {} : { networkIds: segment.network }),
    ...(segment.sender === undefined ? {} : { senders: segment.sender }),
  });
  return [
    `What to do: "${HEADINGS[kind]}" in infra/RUNBOOK.md.`,
    ...(url === "" ? [] : [`${url}/console`, `${url}/omnilog/1/statistics?${query}`]),
  ];
}

/** SNS allows subjects of at most 100 ASCII characters. */
function subjectOf(stack: string, what: string, name: string): string {
  return `${stack}: ${what}: ${name}`.replace(/[^\x20-\x7e]/g, "?").slice(0, 99);
}

function placeOf({ channel, network, sender }: Segment): string {
  if (network !== undefined) return `${channel}, network ${network}`;
  return sender === undefined ? channel : `${channel}, sender ${sender}`;
}

const percent = (share: number) => `${Math.round(1000 * Math.min(1, Math.max(0, share))) / 10} %`;
const money = (amount: number) => String(Number(amount.toPrecision(4)));

function count({ messages, windowMinutes }: Numbers): string {
  return `${Math.round(messages)} messages sent within ${span(windowMinutes)}`;
}

function span(minutes: number): string {
  if (minutes < 120) return `${Math.round(minutes)} minutes`;
  return `${Math.round(minutes / 6) / 10} hours`;
}
