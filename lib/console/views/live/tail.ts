import { batch, signal } from "@preact/signals";
import type { JsonObject } from "../../../message/json.ts";
import type { MessageRecord } from "../../../message/record.ts";
import { askJson, Fault, objectsOf } from "../../api.ts";

/** A report that has just arrived. */
export interface Arrival {
  /** Its position in the feed, which identifies it. */
  readonly position: string;
  readonly receivedAt: string;
  readonly way: string;
  readonly source: string;
  readonly report: MessageRecord;
}

const POLL_MS = 2_000;
/** After an error, requests are less frequent. */
const RETRY_MS = 10_000;
/** How far back it starts, so that there is something to see. */
const BACK_MS = 120_000;
const MOST = 300;
const PAGE = "200";

/** The newest first. */
export const arrivals = signal<readonly Arrival[]>([]);
export const isPaused = signal(false);
export const tailFault = signal<Fault | undefined>(undefined);
/** When the feed last answered, in milliseconds since 1970. */
export const heardAtMs = signal<number | undefined>(undefined);

let position: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let calledOff: AbortController | undefined;

/** Follows the feed until the returned function is called. */
export function follow(): () => void {
  calledOff = new AbortController();
  const { signal: off } = calledOff;
  const turn = async () => {
    const waitMs = isPaused.value || document.hidden ? POLL_MS : await poll(off);
    if (!off.aborted) timer = setTimeout(turn, waitMs);
  };
  turn();
  return () => {
    calledOff?.abort();
    clearTimeout(timer);
  };
}

/** What one client has followed must not be shown to the next one. */
export function forgetTail(): void {
  calledOff?.abort();
  arrivals.value = [];
  heardAtMs.value = undefined;
  position = undefined;
  isPaused.value = false;
}

export function turnPause(): void {
  isPaused.value = !isPaused.value;
}

/** Sends one request; returns how long to wait before the next. */
async function poll(off: AbortSignal): Promise<number> {
  const since = new Date(Date.now() - BACK_MS).toISOString();
  const query = { changes: "true", limit: PAGE, ...(position ? { after: position } : { since }) };
  try {
    const answer = await askJson("/omnilog/1/feed", query, { signal: off });
    if (off.aborted) return POLL_MS;
    position = String(answer.position);
    batch(() => {
      tailFault.value = undefined;
      heardAtMs.value = Date.now();
      const found = objectsOf(answer.results).flatMap(arrivalOf).reverse();
      if (found.length > 0) arrivals.value = [...found, ...arrivals.value].slice(0, MOST);
    });
    return answer.more === true ? 0 : POLL_MS;
  } catch (error) {
    if (off.aborted) return POLL_MS;
    // What came after this position has expired: continue from now.
    if (error instanceof Fault && error.status === 410) position = undefined;
    tailFault.value =
      error instanceof Fault ? error : new Fault(500, "The feed gave something that cannot be shown.");
    return RETRY_MS;
  }
}

function arrivalOf(item: JsonObject): Arrival[] {
  const report = item.report as unknown as MessageRecord | undefined;
  if (!report?.status) return [];
  const texts = { position: item.position, receivedAt: item.receivedAt, way: item.way, source: item.source };
  return [{ ...(texts as Omit<Arrival, "report">), report }];
}
