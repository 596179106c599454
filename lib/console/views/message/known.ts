import type { JsonObject } from "../../../message/json.ts";
import type { MessageRecord } from "../../../message/record.ts";
import { askJson, Fault, objectsOf } from "../../api.ts";
import { msOf } from "../../search/moments.ts";

/** Something that became known about a message. */
export interface Happening {
  /** When it reached Omnilog; undefined if only the outcome is known. */
  readonly at: string | undefined;
  /** When it happened, according to the report. */
  readonly happenedAt: string | undefined;
  readonly type: string;
  readonly way: string | undefined;
  readonly source: string | undefined;
  readonly channel: string | undefined;
  readonly report: MessageRecord | undefined;
}

/** Everything that is known about a message. */
export interface KnownMessage {
  /** One per channel that was tried, in order. */
  readonly legs: readonly MessageRecord[];
  /** In chronological order. */
  readonly happenings: readonly Happening[];
  /** The raw answer, for whoever wants it. */
  readonly raw: JsonObject;
  /** False if only the outcome is known, and not how it came about. */
  readonly hasHistory: boolean;
}

/** Throws a Fault, with status 404 if nothing is known about it. */
export async function loadMessage(messageId: string, signal: AbortSignal): Promise<KnownMessage> {
  const found = await askJson(`/omnilog/1/messages/${encodeURIComponent(messageId)}`, {}, { signal }).catch(
    (error: unknown) => {
      if (error instanceof Fault && [404, 405, 501].includes(error.status)) return undefined;
      throw error;
    },
  );
  if (found) return knownOf(found);
  const logs = await askJson("/omni/1/logs", { messageId, limit: "20" }, { signal });
  const legs = legsOf(logs.results);
  if (legs.length === 0) throw new Fault(404, "Nothing is known of this message.");
  return { legs, happenings: legs.flatMap(outcomeOf), raw: logs, hasHistory: false };
}

function knownOf(answer: JsonObject): KnownMessage {
  const legs = legsOf(answer.messages);
  const history = objectsOf(answer.history).map(happeningOf);
  const isTold = (leg: MessageRecord) =>
    history.some(({ report, channel }) => report !== undefined && channel === leg.channel);
  // If the reports of a leg have expired, its outcome is still known.
  const sent = legs.flatMap((leg) => (isTold(leg) ? outcomeOf(leg).slice(0, 1) : outcomeOf(leg)));
  return { legs, happenings: inOrder([...sent, ...history]), raw: answer, hasHistory: true };
}

function legsOf(list: unknown): MessageRecord[] {
  const legs = objectsOf(list) as unknown as MessageRecord[];
  return legs.toSorted((a, b) => msOf(a.sentAt) - msOf(b.sentAt));
}

function happeningOf(entry: JsonObject): Happening {
  const report = entry.report as unknown as MessageRecord | undefined;
  const event = entry.event as JsonObject | undefined;
  const at = text(entry.at);
  return {
    at,
    happenedAt: report?.doneAt ?? text(event?.timestamp) ?? text(event?.seenAt) ?? at,
    type: text(entry.type) ?? "REPORT",
    way: text(entry.way),
    source: text(entry.source),
    channel: text(entry.channel) ?? report?.channel,
    report,
  };
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Without a history: that it was sent, and its outcome. */
function outcomeOf(leg: MessageRecord): Happening[] {
  const unknown = { at: undefined, way: undefined, source: undefined, channel: leg.channel };
  const sent = { ...unknown, happenedAt: leg.sentAt, type: "SENT", report: undefined };
  return [sent, { ...unknown, happenedAt: leg.doneAt ?? leg.sentAt, type: "REPORT", report: leg }];
}

function inOrder(happenings: readonly Happening[]): Happening[] {
  const msFor = ({ happenedAt, at }: Happening) => msOf(happenedAt) || msOf(at);
  const arrivedMs = ({ at }: Happening) => msOf(at) || 0;
  return happenings.toSorted((a, b) => msFor(a) - msFor(b) || arrivedMs(a) - arrivedMs(b));
}
