import { batch, signal } from "@preact/signals";
import type { JsonObject } from "../../../message/json.ts";
import type { MessageRecord } from "../../../message/record.ts";
import { askJson, Fault, objectsOf } from "../../api.ts";

/** Something that has just arrived. */
export interface Arrival {
  /** Its place in the feed: what tells it from the others. */
  readonly position: string;
  readonly receivedAt: string;
  readonly way: string;
  readonly source: string;
  readonly report: MessageRecord;
}

const POLL_MS = 2_000;
/** After something went wrong: not so often. */
const RETRY_MS = 10_000;
/** How far back it begins, so that there is something to see. */
const BACK_MS = 120_000;
const MOST = 300;
const PAGE = "200";

/** The newest first. */
export const arrivals = signal<readonly Arrival[]>([]);
export const isPaused = signal(false);
export const tailFault = signal<Fault | undefined>(undefined);
/** When the feed last answered, milliseconds since 1970. */
export const heardAtMs = signal<number | undefined>(undefined);

let position: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let calledOff: AbortController | undefined;

/** Follows the feed until the function that it gives is called. */
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

/** What one client has followed, the next one does not see. */
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

/** Asks once; gives how long to wait until the next time. */
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
    // What followed the position is not kept any more: on from now.
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
