import { batch, signal } from "@preact/signals";
import type { MessageRecord } from "../../../message/record.ts";
import { askJson, Fault, objectsOf } from "../../api.ts";
import { parseQuery } from "../../search/query.ts";
import { meets, requestsOf } from "../../search/requests.ts";
import { type LogsPage, type Looked, Streams } from "../../search/streams.ts";
import type { LogsParameters } from "../../search/words.ts";
import { announce } from "../../widgets/announce.ts";

const PAGE = 100;
/** If answers are checked here, the archive is asked for as many at a time as it allows. */
const SIFTED_PAGE = 1_000;

export type Standing = "asking" | "waiting" | "stopped" | "over" | "failed";

/** The messages that are shown. */
export const rows = signal<readonly MessageRecord[]>([]);
export const standing = signal<Standing>("asking");
/** How much of the archive has been searched, if it has no filter for the query; otherwise undefined. */
export const looked = signal<Looked | undefined>(undefined);
export const fault = signal<Fault | undefined>(undefined);

let streams: Streams | undefined;
let calledOff = new AbortController();
/**
 * Identifies the query and client of the list, so that returning to it shows it unchanged, and nothing is shown as the
 * answer to another question.
 */
export const listed = signal<string | undefined>(undefined);

/** Starts over with the query in the search box; with `isAnew` even if the query is the same. */
export async function list(text: string, isAnew = false): Promise<void> {
  if (listed.value === text && !isAnew && standing.value !== "failed") return;
  listed.value = text;
  calledOff.abort();
  calledOff = new AbortController();
  const { signal: off } = calledOff;
  const { terms } = parseQuery(text);
  const nowMs = Date.now();
  const requests = requestsOf(terms, nowMs);
  batch(() => {
    rows.value = [];
    looked.value = undefined;
    fault.value = requests
      ? undefined
      : new Fault(400, "These are too many combinations at once. Take some values out.");
    standing.value = requests ? "waiting" : "failed";
  });
  if (!requests) return;
  const { questions, sifted } = requests;
  const limit = sifted.length > 0 ? SIFTED_PAGE : PAGE;
  streams = new Streams(
    questions,
    (question, cursor) => askPage(question, cursor, limit, off),
    (record) => meets(sifted, record, nowMs),
  );
  await more();
}

/** The list must be loaded again, for a different client. */
export function forget(): void {
  calledOff.abort();
  listed.value = undefined;
  rows.value = [];
}

/** The request under way. Only one portion is loaded at a time, or records would be shown twice. */
let running: Streams | undefined;

/**
 * Loads the next page. If there are few matches it continues until a page is full, showing its progress; `stop` ends
 * that.
 */
export async function more(): Promise<void> {
  if (!streams || (standing.value !== "waiting" && standing.value !== "stopped")) return;
  standing.value = "asking";
  if (running === streams) return;
  const [own, off] = [streams, calledOff.signal];
  running = own;
  try {
    await lookOn(own, off);
    if (!off.aborted) announce(`${rows.value.length}${isOver() ? "" : " or more"} messages`);
  } catch (error) {
    if (off.aborted) return;
    batch(() => {
      fault.value =
        error instanceof Fault ? error : new Fault(500, "Something went wrong on this page. Reload it.");
      standing.value = "failed";
    });
  } finally {
    if (running === own) running = undefined;
  }
}

const isOver = () => standing.value === "over";

async function lookOn(own: Streams, off: AbortSignal): Promise<void> {
  const wanted = rows.value.length + PAGE;
  for (let isLooking = true; isLooking; ) {
    const portion = await own.next(wanted - rows.value.length);
    if (off.aborted) return;
    isLooking = portion.isIncomplete && standing.value === "asking";
    batch(() => {
      rows.value = [...rows.value, ...portion.records];
      looked.value = portion.isIncomplete || looked.value ? own.looked : undefined;
      if (portion.isOver) standing.value = "over";
      else if (!isLooking && standing.value === "asking") standing.value = "waiting";
    });
  }
}

/** Continues after an error. */
export async function goOn(): Promise<void> {
  standing.value = "waiting";
  await more();
}

/** Stops the search. What was found stays, and `more` continues. */
export function stop(): void {
  if (standing.value === "asking") standing.value = "stopped";
}

async function askPage(
  question: LogsParameters,
  cursor: string | undefined,
  limit: number,
  off: AbortSignal,
): Promise<LogsPage> {
  const query = { ...question, limit: String(limit), useCursor: "true", cursor };
  const answer = await askJson("/omni/1/logs", query, { signal: off });
  const next = answer.cursor as { nextCursor?: string } | undefined;
  return { records: objectsOf(answer.results) as unknown as MessageRecord[], cursor: next?.nextCursor };
}
