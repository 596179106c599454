import { recordText } from "../archive/codec.ts";
import { search } from "../archive/search/search.ts";
import { Events, type KeptEvent } from "../log/events.ts";
import { type Json, type JsonObject, printJson } from "../message/json.ts";
import { type MessageRecord, parseRecord } from "../message/record.ts";
import type { Admission } from "./admission.ts";
import { type HistoryReport, reportsOf } from "./history-read.ts";
import { notFound } from "./refusals.ts";
import { decoded, type PathParameters } from "./requests.ts";
import { ok, type Reply } from "./responses.ts";
import { type Client, restrict, shownTo, withoutText } from "./rights.ts";
import type { ApiServices } from "./services.ts";

/** A message is sent on a few channels at most. */
const MOST_CHANNELS = 100;

/**
 * Answers what is known about one message: its records in the archive and its history, which is every report that
 * changed them and every event, newest first, with the way each arrived. Throws a Refusal (404 if the client may see
 * nothing of it), and what DynamoDB throws.
 */
export async function answerHistory(
  { messageId: name = "" }: PathParameters,
  { client, format }: Admission,
  services: ApiServices,
): Promise<Reply> {
  // API Gateway's HTTP API decodes paths, others do not.
  for (const messageId of new Set([name, decoded(name)])) {
    const reply = await historyOf(messageId, { client, format }, services);
    if (reply) return reply;
  }
  throw notFound();
}

async function historyOf(
  messageId: string,
  { client, format }: Pick<Admission, "client" | "format">,
  services: ApiServices,
): Promise<Reply | undefined> {
  const [{ records, momentsMs, spentUnits }, beside] = await Promise.all([
    recordsOf(messageId, client, services),
    new Events(services.db).of(messageId, services.now()),
  ]);
  const { pages } = await services.reports();
  const { events } = beside;
  const sentMs = new Set([...momentsMs, ...beside.momentsMs]);
  const found = records.length > 0 ? { client, records, sentMs } : undefined;
  const reports = found ? await reportsOf(messageId, found, { db: services.db, pages }) : [];
  const seen = events.filter((event) => maySee(client, event, records));
  if (records.length + reports.length + seen.length === 0) return undefined;
  const history = [
    ...reports.map((report) => printReport(report, client)),
    ...seen.map((event) => printEvent(event, client)),
  ];
  const newestFirst = history.sort((a, b) => (a.at < b.at ? 1 : -1));
  const messages = records.map((record) => shownTo(client, record));
  return {
    response: ok(format, printJson({ messageId, messages, history: newestFirst })),
    client: client.name,
    rows: messages.length + history.length,
    readUnits: spentUnits,
    isIncomplete: false,
  };
}

/** The records of the message, newest first, as far as a client may see them. */
async function recordsOf(messageId: string, client: Client, { db, limits, now }: ApiServices) {
  const filter = restrict({ messageId: [messageId] }, client);
  if (!filter) return { records: [], momentsMs: [], spentUnits: 0 };
  const {
    items,
    momentsMs = [],
    spentUnits,
  } = await search(db, { filter, limit: MOST_CHANNELS }, limits, now);
  return { records: items.map((item) => parseRecord(recordText(item))), momentsMs, spentUnits };
}

/**
 * A client that is limited to channels or senders sees only the events of what it sees: no events without a channel,
 * which may be of another leg of the message, and none of another sender.
 */
function maySee(
  { channels, senders }: Client,
  { channel, said }: KeptEvent,
  records: readonly MessageRecord[],
): boolean {
  if (!channels && !senders) return true;
  const sender = said.from ?? said.sender;
  if (senders && typeof sender === "string" && !senders.includes(sender)) return false;
  return records.some((record) => record.channel === channel);
}

function printReport({ atMs, way, source, record }: HistoryReport, client: Client) {
  const { channel } = record;
  return { ...originOf({ atMs, way, source }), type: "REPORT", channel, report: shownTo(client, record) };
}

function printEvent({ type, channel, said, ...origin }: KeptEvent, client: Client) {
  const event = client.isTextHidden ? withoutLinks(said) : said;
  return { ...originOf(origin), type, ...(channel === undefined ? {} : { channel }), event };
}

/** When (in UTC) and how it arrived. What is pushed and what is pulled of one kind has the same source. */
function originOf({ atMs, way, source }: Pick<KeptEvent, "atMs" | "way" | "source">) {
  return { at: new Date(atMs).toISOString(), way, source: source.replace(/^push-/, "") };
}

/** The links that were clicked were part of the text. */
function withoutLinks(said: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(withoutText(said)).filter(
      ([name, value]) => !/url|link/i.test(name) && !hasAddress(value),
    ),
  );
}

function hasAddress(value: Json | undefined): boolean {
  return value !== undefined && /https?:/i.test(printJson(value));
}
