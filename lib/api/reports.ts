import { acknowledge, batchToRepeat, type Reading, repeat, take, tokenOf } from "../log/position.ts";
import { collectRows } from "../log/rows.ts";
import { BusyError } from "../runtime/errors.ts";
import { sha256 } from "../runtime/hash.ts";
import type { Admission } from "./admission.ts";
import { present } from "./present.ts";
import { badRequest } from "./refusals.ts";
import { collect, type Given, nextAfter, reportsAt } from "./report-collect.ts";
import type { ReportsEndpoint } from "./report-endpoints.ts";
import { mayRead } from "./report-pages.ts";
import { printReports } from "./report-print.ts";
import {
  POSITION_HEADER,
  parseReportsRequest,
  type ReportsRequest,
  SKIPPED_HEADER,
} from "./report-request.ts";
import type { ReportServices } from "./report-services.ts";
import type { HttpRequest } from "./requests.ts";
import { isPassable, ok, type Reply } from "./responses.ts";
import { shownTo } from "./rights.ts";

/** One poll of one client. */
interface Poll extends Admission {
  readonly id: string;
  readonly arrivedAtMs: number;
  readonly endpoint: ReportsEndpoint;
  readonly asked: ReportsRequest;
}

/** What a poll is about to hand out, and what its position then becomes. */
interface Offer {
  readonly given: readonly Given[];
  readonly body: string;
  readonly reading: Reading;
  readonly token?: string;
  /** Pages that expired before the client had read them: it skips them now, and is told. */
  readonly skippedPages: number;
  readonly isIncomplete: boolean;
}

/** Whenever the position cannot be moved, another poll has been served. So many at once are not meant well. */
const MOST_ATTEMPTS = 50;
/** The most pages with rows taken out of order; each needs up to 130 bytes of the position. */
const MOST_PAGES_OUT_OF_ORDER = 1_000;

/**
 * Answers one of the reports endpoints with what its client has not been given yet. The position moves once the answer
 * is made and before it is sent, provided nobody else has moved it. So an answer that is lost on its way does not come
 * again, as with Infobip, unless the client acknowledges. Throws a Refusal, and what DynamoDB throws.
 */
export async function answerReports(
  endpoint: ReportsEndpoint,
  request: HttpRequest,
  admission: Admission,
  services: ReportServices,
): Promise<Reply> {
  const asked = parseReportsRequest(endpoint, request);
  const poll = { ...admission, id: request.id, arrivedAtMs: request.arrivedAtMs, endpoint, asked };
  // HEAD has no body to hand out anything in.
  if (request.method === "HEAD") return replyOf(poll, emptyOffer(poll));
  return replyOf(poll, await serve(poll, services));
}

/** Makes offers until the position could be moved, which hands out the last one. */
async function serve(poll: Poll, services: ReportServices): Promise<Omit<Offer, "reading">> {
  const { client, endpoint, asked } = poll;
  const { positions, index } = services;
  let seen: number | undefined;
  for (let n = 0; n < MOST_ATTEMPTS; n++) {
    // Only a consistent read tells for certain what was handed out before this poll. A poll without acknowledgement
    // notices when the position does not move.
    const isConsistent = n > 0 || asked.acknowledged !== undefined;
    const reading =
      (isConsistent ? undefined : rememberedReading(poll, services)) ??
      (await positions.load(client.id, endpoint.stream, isConsistent));
    if (!reading) {
      const { place } = await index.tail(endpoint.stream);
      if (await positions.begin(client.id, endpoint.stream, place + 1)) return emptyOffer(poll);
      continue;
    }
    seen ??= reading.version;
    const offer = await offerOf(poll, reading, seen, services);
    if (offer.reading === reading) return offer;
    const change = { fromVersion: reading.version, by: sha256(`${poll.id} ${n}`).slice(0, 16) };
    if (await positions.move(client.id, endpoint.stream, offer.reading, change)) return offer;
  }
  throw new BusyError("too many polls of one client at once");
}

/**
 * A cached position, if the page that comes next is cached as well: a client that pulls fifty reports at a time gets
 * the next fifty without any read. If the position is out of date, moving it fails.
 */
function rememberedReading({ client, endpoint }: Poll, { positions, index, pages }: ReportServices) {
  const reading = positions.remembered(client.id, endpoint.stream);
  const entry = reading && index.remembered(endpoint.stream, reading.next.place);
  return entry && pages.hasRemembered(entry, reading.next.row) ? reading : undefined;
}

/** What comes next for a client at this position. `seen`: the version at which the poll began. */
async function offerOf(poll: Poll, reading: Reading, seen: number, services: ReportServices): Promise<Offer> {
  const { acknowledged } = poll.asked;
  if (acknowledged === undefined) return newOffer(poll, reading, reading, services);
  const rest = acknowledge(reading, acknowledged);
  const nowMs = services.now();
  const batch = batchToRepeat(rest, acknowledged, { seen, arrivedAtMs: poll.arrivedAtMs, nowMs });
  if (!batch) return newOffer(poll, reading, rest, services);
  const { given, skippedPages } = await reportsAt(poll.endpoint.stream, batch.rows, services);
  return {
    given,
    skippedPages,
    body: print(poll, given),
    reading: repeat(rest, batch, acknowledged, nowMs),
    token: tokenOf(batch),
    isIncomplete: false,
  };
}

/** Offers what nobody has been given; `rest` is the position without what was just acknowledged. */
async function newOffer(
  poll: Poll,
  reading: Reading,
  rest: Reading,
  services: ReportServices,
): Promise<Offer> {
  const { client, endpoint, asked } = poll;
  const nowMs = services.now();
  const { limit, isWanted, acknowledged } = asked;
  const isAllowed = (record: Given["record"]) => mayRead(client, record);
  const found = await collect(endpoint.stream, rest, { limit, isAllowed, isWanted, nowMs }, services);
  const { given, body } = passable(poll, found.given);
  const next = nextAfter(rest.next, found.looked, given);
  const isMoved = next.place !== rest.next.place || next.row !== rest.next.row;
  const isChanged = given.length > 0 || isMoved || rest !== reading;
  const changed = isChanged
    ? take(rest, { rows: collectRows(given), next, after: acknowledged, nowMs })
    : reading;
  if (changed.taken.size > MOST_PAGES_OUT_OF_ORDER) throw tooMuchOutOfOrder();
  const isBatch = acknowledged !== undefined && given.length > 0;
  return {
    given,
    body,
    reading: changed,
    skippedPages: found.skippedPages,
    isIncomplete: found.isIncomplete,
    ...(acknowledged === undefined
      ? {}
      : { token: isBatch ? tokenOf({ id: changed.version }) : idleToken(poll) }),
  };
}

function tooMuchOutOfOrder() {
  const message = "too much was taken out of order: read on without a filter first";
  return badRequest({ bulkId: [message], messageId: [message] });
}

/** As many reports as pass through API Gateway in one answer; always at least the first, however large. */
function passable(poll: Poll, found: readonly Given[]): Pick<Offer, "given" | "body"> {
  for (let given = found; ; given = given.slice(0, Math.ceil(given.length / 2))) {
    const body = print(poll, given);
    if (given.length <= 1 || isPassable(body)) return { given, body };
  }
}

function print({ endpoint, format, client }: Poll, given: readonly Given[]): string {
  const style = (format === "xml" && endpoint.xmlStyle) || endpoint.style;
  const reports = given.map(({ record }) => present(shownTo(client, record), style));
  return printReports(format, endpoint, reports);
}

/**
 * The token for an empty answer, where there is nothing to acknowledge. It belongs to this poll: if it is sent again,
 * the client gets what it was given after this answer, and no other process of the same client does.
 */
function idleToken({ asked, id }: Poll): string {
  return asked.acknowledged || `n${sha256(id).slice(0, 16)}`;
}

function emptyOffer(poll: Poll): Omit<Offer, "reading"> {
  const token = poll.asked.acknowledged === undefined ? {} : { token: idleToken(poll) };
  return { given: [], body: print(poll, []), skippedPages: 0, isIncomplete: false, ...token };
}

function replyOf({ client, format }: Poll, offer: Omit<Offer, "reading">): Reply {
  const { given, body, token, skippedPages, isIncomplete } = offer;
  const headers = {
    ...(token === undefined ? {} : { [POSITION_HEADER]: `1-${token}` }),
    ...(skippedPages > 0 ? { [SKIPPED_HEADER]: String(skippedPages) } : {}),
    ...(isIncomplete ? { "omnilog-incomplete": "true" } : {}),
  };
  const response = ok(format, body, headers);
  return { response, client: client.name, rows: given.length, readUnits: 0, isIncomplete, skippedPages };
}
