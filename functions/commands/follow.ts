import { formatMoment, parseMoment } from "../../lib/message/moment.ts";
import { type ApiAnswer, type Line, type LogRecord, linesOf } from "./remote.ts";

/**
 * New messages are found by comparing answers, since the endpoint orders messages by when they were sent and not by
 * when they arrived. Each turn asks for everything sent lately, to the last page; and every half minute for everything
 * in the window, because some reports come late.
 */
export interface Following {
  /** Requests one page, and waits out temporary faults. */
  readonly ask: (query: URLSearchParams) => Promise<ApiAnswer>;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** How many of the existing messages to begin with. */
  readonly atFirst: number;
  /** A message that was sent this long ago is still shown when it arrives or changes. */
  readonly windowMs: number;
}

const EVERY_MS = 2_000;
const LATELY_MS = 5 * 60_000;
const WIDE_EVERY_MS = 30_000;
const PAGE = "1000";

/**
 * The messages of a query as they arrive and as their status changes, oldest first each time; at first, the newest that
 * exist. Nothing that arrives within the window is missed, however much arrives at once. Never ends.
 */
export async function* follow(query: URLSearchParams, following: Following): AsyncGenerator<Line[]> {
  const { now, wait, windowMs } = following;
  const seen = new Seen();
  let wideAtMs = now();
  for await (const page of pagesOf(query, wideAtMs - windowMs, following)) seen.news(page);
  yield await newest(query, seen, following);
  for (;;) {
    await wait(EVERY_MS);
    const startedMs = now();
    const isWide = startedMs - wideAtMs >= WIDE_EVERY_MS;
    // Starts where the window was last read, so that nothing is missed after an outage, or after this machine slept.
    const sinceMs = isWide ? wideAtMs - windowMs : Math.max(wideAtMs - windowMs, startedMs - LATELY_MS);
    const fresh: Line[] = [];
    for await (const page of pagesOf(query, sinceMs, following)) fresh.push(...seen.news(page));
    if (fresh.length > 0) yield fresh.reverse();
    if (isWide) {
      seen.forget(wideAtMs - windowMs);
      wideAtMs = startedMs;
    }
    // A window that takes long to read is not read continuously.
    await wait(Math.max(0, now() - startedMs - EVERY_MS));
  }
}

/** What arrived while the window was being read is included, or found by the next turn. */
async function newest(query: URLSearchParams, seen: Seen, { ask, atFirst }: Following): Promise<Line[]> {
  const lines = linesOf(await ask(withParameters(query, { limit: String(atFirst) })));
  seen.news(lines);
  return lines.reverse();
}

async function* pagesOf(query: URLSearchParams, sinceMs: number, { ask }: Following): AsyncGenerator<Line[]> {
  const asked = withParameters(query, {
    limit: PAGE,
    useCursor: "true",
    sentSince: later(query.get("sentSince"), sinceMs),
  });
  for (;;) {
    const answer = await ask(asked);
    yield linesOf(answer);
    if (answer.nextCursor === undefined) return;
    asked.set("cursor", answer.nextCursor);
  }
}

/** The later of what the user asks for and what this turn needs. */
function later(given: string | null, sinceMs: number): string {
  const isLater = given !== null && (parseMoment(given)?.epochMs ?? Infinity) > sinceMs;
  return isLater ? given : formatMoment(sinceMs);
}

function withParameters(query: URLSearchParams, more: Readonly<Record<string, string>>): URLSearchParams {
  const all = new URLSearchParams(query);
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return all;
}

/** The messages of the window, with the status that each was last seen with. */
export class Seen {
  readonly #states = new Map<string, { readonly status: string; readonly sentAtMs: number }>();

  /** Returns the lines that are new or have a new status, and remembers them. */
  news(lines: readonly Line[]): Line[] {
    return lines.filter(({ record }) => {
      const id = `${record.channel} ${record.messageId}`;
      const status = JSON.stringify(record.status) ?? "";
      if (this.#states.get(id)?.status === status) return false;
      this.#states.set(id, { status, sentAtMs: sentAtMsOf(record) });
      return true;
    });
  }

  /** Forgets what was sent before the window, or following for a week would fill the memory. */
  forget(beforeMs: number): void {
    for (const [id, { sentAtMs }] of this.#states) if (sentAtMs < beforeMs) this.#states.delete(id);
  }
}

function sentAtMsOf({ sentAt }: LogRecord): number {
  return (sentAt === undefined ? undefined : parseMoment(sentAt)?.epochMs) ?? Infinity;
}
