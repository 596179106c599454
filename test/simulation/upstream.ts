import { Dispatcher } from "undici";
import {
  type Entry,
  GENERAL_ERROR,
  type ImitatedAnswer,
  type Page,
  renderAnswer,
  TOO_MANY_REQUESTS,
  UNAVAILABLE,
} from "../../infra/local/imitation/answer.ts";
import { Api } from "../../infra/local/imitation/api.ts";
import type { Fault } from "../../infra/local/imitation/faults.ts";
import type { Random } from "../../infra/local/imitation/random.ts";
import type { Report } from "../../infra/local/imitation/reports.ts";
import { spoilEntries } from "../../infra/local/imitation/spoil.ts";
import { sha256 } from "../../lib/runtime/hash.ts";
import type { Account } from "./account.ts";
import type { Faults, UpstreamFault } from "./faults.ts";
import type { Process } from "./process.ts";

export const AUTHORIZATION = "App simulated";
const HEADERS_TIMEOUT_MS = 12_000;
const HTML = "<!DOCTYPE html><html><body><p>Please sign in.</p></body></html>";

/** A list of reports that was given away. */
export interface Given {
  readonly atMs: number;
  readonly process: string;
  readonly path: string;
  readonly reports: readonly Report[];
  /** Those of them that nobody can read in what was sent. */
  readonly spoilt: readonly Report[];
  /** Of the body as it was sent. */
  readonly sha256: string;
  /** A whole body of the same reports in another order: what Infobip would push. */
  readonly reordered: Uint8Array;
}

/** Infobip, without a socket: requests arrive after a while, are answered then, and the answer takes a while. */
export class Upstream {
  readonly given: Given[] = [];
  readonly #account: Account;
  readonly #api: Api;
  readonly #faults: Faults;
  /** Messages whose row cannot be served: whatever window of the logs holds one is a 500. */
  unservable: ReadonlySet<string> = new Set();
  /** Windows that begin more hours ago than this are refused. */
  strictHours = Number.POSITIVE_INFINITY;
  /** Told when reports leave Infobip. */
  onGiven: (given: Given) => void = () => undefined;

  constructor(account: Account, faults: Faults) {
    this.#account = account;
    this.#faults = faults;
    this.#api = new Api({ world: account, authorization: AUTHORIZATION, logsPerMinute: 120 });
  }

  /** What the real client of a process sends its requests through. */
  dispatcherFor(process: Process): Dispatcher {
    return new VirtualDispatcher((request, handler) => this.#send(request, handler, process));
  }

  #send(request: Dispatcher.DispatchOptions, handler: Handler, process: Process): void {
    const n = process.next("infobip");
    const fault = this.#faults.upstream(process.name, n);
    const chance = process.draw("latency of infobip");
    const arrivesMs = fault === "overtaken" ? chance.int(13_000, 120_000) : chance.magnitude(5, 200);
    handler.start();
    if (fault === "overtaken" || fault === "tooLate")
      process.later(HEADERS_TIMEOUT_MS, () => handler.fail(coded("UND_ERR_HEADERS_TIMEOUT")), "streams");
    process.loop.at(
      process.loop.nowMs + arrivesMs,
      () => {
        const sent = this.#arrive(request, fault, chance, process);
        const words = "page" in sent ? sent.page.status : sent.code;
        const count = this.given.at(-1);
        const taken = count?.atMs === process.loop.nowMs ? `, ${count.reports.length} reports` : "";
        process.loop.note(
          `${process.name} asks ${request.path} #${n}: ${words}${taken}${fault ? ` (${fault})` : ""}`,
        );
        if (fault === "overtaken" || fault === "tooLate") return;
        const backMs = fault === "late" ? chance.int(1_000, 11_000) : chance.magnitude(10, 900);
        const tell = () => ("page" in sent ? handler.answer(sent) : handler.fail(coded(sent.code)));
        process.later(backMs, tell, "streams");
      },
      chance.next(),
      "nothing",
    );
  }

  #arrive(
    { path, query, method, headers }: Dispatcher.DispatchOptions,
    fault: UpstreamFault | undefined,
    chance: Random,
    process: Process,
  ): Sent {
    if (this.#faults.isOut("infobip", process.loop.nowMs)) return { code: "ECONNREFUSED" };
    if (fault === "unreachable") return { code: "ECONNREFUSED" };
    if (fault === "resetBefore") return { code: "ECONNRESET" };
    if (fault === "tooMany") return { page: renderAnswer(TOO_MANY_REQUESTS, "json") };
    if (fault === "errorBefore") return { page: renderAnswer(GENERAL_ERROR, "json") };
    const { pathname, searchParams } = new URL(path, "http://infobip");
    for (const [name, value] of Object.entries(query ?? {})) searchParams.set(name, String(value));
    const nowMs = process.loop.nowMs;
    const at = this.#account.momentOf(nowMs);
    const since = searchParams.get("sentSince");
    if (since && Date.parse(since.replace(/(\d\d)$/, ":$1")) < at - this.strictHours * 3_600_000)
      return { page: { ...renderAnswer(GENERAL_ERROR, "json"), status: 400 } };
    const authorization = (headers as Record<string, string>).authorization;
    const request = { n: 0, nOfPath: 0, at, method, path: pathname, query: searchParams, authorization };
    const answer = this.#api.answer({ ...request, format: "json" });
    if (answer.kind === "refusal") return { page: renderAnswer(answer, "json") };
    if (pathname.endsWith("/logs") && answer.entries.some((entry) => this.#isUnservable(entry)))
      return { page: renderAnswer(GENERAL_ERROR, "json") };
    return this.#give(answer, fault, chance, { nowMs, process: process.name, path: pathname });
  }

  #isUnservable({ record }: Entry): boolean {
    const { messageId } = record as { messageId?: unknown };
    return typeof messageId === "string" && this.unservable.has(messageId);
  }

  /** Sends the list, or what the fault leaves of it, and notes what was given away. */
  #give(
    answer: ImitatedAnswer & { kind: "list" },
    fault: UpstreamFault | undefined,
    chance: Random,
    { nowMs, process, path }: { nowMs: number; process: string; path: string },
  ): Sent {
    const isOfRecords = fault === "duplicates" || fault === "malformed" || fault === "damaged";
    const isSpoilt = isOfRecords && (fault === "malformed" || answer.entries.length > 0);
    const spoiling: Fault | undefined = isSpoilt ? { kind: fault } : undefined;
    const { entries, lost, repeated } = spoilEntries(answer.entries, spoiling, chance);
    this.#api.repeat(repeated);
    const page = renderAnswer({ ...answer, entries }, "json");
    const reports = answer.entries.flatMap(({ report }) => report ?? []);
    const sent = spoil(page, fault, chance);
    const isWhole = "page" in sent && sent.page.body === page.body && sent.cutAt === undefined;
    if (reports.length > 0) {
      const body = "page" in sent ? sent.page.body : page.body;
      const spoilt = isWhole ? lost : reports;
      const reordered = renderAnswer({ ...answer, entries: answer.entries.toReversed() }, "json").body;
      const given = { atMs: nowMs, process, path, reports, spoilt, sha256: sha256(body), reordered };
      this.given.push(given);
      this.onGiven(given);
    }
    return sent;
  }
}

type Sent = { readonly page: Page; readonly cutAt?: number } | { readonly code: string };

function spoil(page: Page, fault: UpstreamFault | undefined, chance: Random): Sent {
  if (fault === "lost") return { code: "ECONNRESET" };
  if (fault === "errorAfter")
    return { page: renderAnswer(chance.chance(0.5) ? GENERAL_ERROR : UNAVAILABLE, "json") };
  if (fault === "html") return { page: { ...page, body: Buffer.from(HTML) } };
  if (fault === "truncated")
    return { page: { ...page, body: page.body.subarray(0, chance.int(1, page.body.length - 1)) } };
  if (fault === "cut") return { page, cutAt: chance.pick([page.body.length >> 1, page.body.length]) };
  return { page };
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** One request of undici's, by what can become of it. */
interface Handler {
  start(): void;
  answer(sent: { readonly page: Page; readonly cutAt?: number }): void;
  fail(error: Error): void;
}

type Send = (request: Dispatcher.DispatchOptions, handler: Handler) => void;

/** Stands in for undici's connections. */
class VirtualDispatcher extends Dispatcher {
  readonly #send: Send;

  constructor(send: Send) {
    super();
    this.#send = send;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    // An abort comes from real timers, which have no say here.
    const ignore = () => undefined;
    const controller = {
      aborted: false,
      paused: false,
      reason: null,
      abort: ignore,
      pause: ignore,
      resume: ignore,
    };
    this.#send(options, {
      start: () => handler.onRequestStart?.(controller, {}),
      answer: ({ page: { status, headers, body }, cutAt }) => {
        handler.onResponseStart?.(controller, status, headers);
        if (cutAt === undefined || cutAt > 0) handler.onResponseData?.(controller, body.subarray(0, cutAt));
        if (cutAt === undefined) handler.onResponseEnd?.(controller, {});
        else handler.onResponseError?.(controller, coded("UND_ERR_SOCKET"));
      },
      fail: (error) => handler.onResponseError?.(controller, error),
    });
    return true;
  }

  override async close(): Promise<void> {}

  override async destroy(): Promise<void> {}
}
