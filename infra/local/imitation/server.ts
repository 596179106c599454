import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { renderAnswer } from "./answer.ts";
import { Api } from "./api.ts";
import { breaksAnswer, type Fault, type FaultScript, sparesReports } from "./faults.ts";
import { Pusher, type PusherOptions } from "./push/pusher.ts";
import { hash, Random } from "./random.ts";
import type { Report } from "./reports.ts";
import { type ReceivedRequest, readRequest } from "./request.ts";
import { spoilEntries } from "./spoil.ts";
import { answerSubscriptions, partsOf } from "./subscriptions/api.ts";
import { SubscriptionBook } from "./subscriptions/book.ts";
import { deliver, disconnect, faultPage, sendPage } from "./wire.ts";
import type { World } from "./world.ts";

/** The credentials of Infobip's documents. */
export const AUTHORIZATION = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";

export interface InfobipOptions {
  /** The account's messages. */
  world: World;
  /** Epoch ms; tests move it. */
  now: () => number;
  /** The accepted Authorization header; default AUTHORIZATION. */
  authorization?: string;
  /** Default: none. */
  faults?: FaultScript;
  /** How many logs requests a sliding minute allows; default 120, as Infobip documents. */
  logsPerMinute?: number;
  /** Default: any free port. */
  port?: number;
  /** How many of the last requests it remembers; default all. */
  requestsKept?: number;
  /** How it pushes; see PusherOptions. */
  pushing?: Pick<PusherOptions, "isAlsoPulled">;
}

export interface Infobip {
  /** `http://127.0.0.1:` and the port. */
  url: string;
  world: World;
  /** The requests so far, the oldest first; only the last, where `requestsKept` says so. */
  requests: readonly ReceivedRequest[];
  /** Reports used up by an answer that did not arrive as it should: only logs can make up for them. */
  lost: readonly Report[];
  /** Pushes what its subscriptions ask for, whenever it is told to run. */
  pusher: Pusher;
  close(): Promise<void>;
}

/** Starts an imitation of Infobip on 127.0.0.1: the four reports endpoints, omni logs, and subscriptions with their pushes. */
export async function startInfobip(options: InfobipOptions): Promise<Infobip> {
  const session = new Session(options);
  const server = createServer((message, response) => session.handle(message, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world: options.world,
    requests: session.requests,
    lost: session.lost,
    pusher: session.pusher,
    close: async () => {
      session.closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await session.pusher.close();
      await closed;
    },
  };
}

class Session {
  readonly requests: ReceivedRequest[] = [];
  readonly lost: Report[] = [];
  readonly closing = new AbortController();
  readonly pusher: Pusher;
  readonly #options: InfobipOptions;
  readonly #api: Api;
  readonly #book = new SubscriptionBook();
  #count = 0;
  readonly #countOfPath = new Map<string, number>();

  constructor(options: InfobipOptions) {
    this.#options = options;
    const { world, authorization = AUTHORIZATION, logsPerMinute = 120 } = options;
    this.#api = new Api({ world, authorization, logsPerMinute });
    this.pusher = new Pusher({ ...options.pushing, world, book: this.#book, now: options.now });
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = this.#receive(message);
    const { fault } = request;
    if (fault && sparesReports(fault)) return fail(response, fault, request);
    const parts = partsOf(request.path);
    if (!parts) return this.#answer(request, response, fault);
    const { authorization = AUTHORIZATION } = this.#options;
    const sent = { ...request, parts, body: await text(message) };
    sendPage(response, answerSubscriptions(this.#book, sent, request.authorization === authorization));
  }

  #receive(message: IncomingMessage): ReceivedRequest {
    const read = readRequest(message);
    const nOfPath = (this.#countOfPath.get(read.path) ?? 0) + 1;
    this.#countOfPath.set(read.path, nOfPath);
    const request = { ...read, n: ++this.#count, nOfPath, at: this.#options.now() };
    const fault = this.#options.faults?.(request);
    const received = fault ? { ...request, fault } : request;
    this.requests.push(received);
    if (this.requests.length > (this.#options.requestsKept ?? Infinity)) this.requests.shift();
    return received;
  }

  async #answer(request: ReceivedRequest, response: ServerResponse, fault: Fault | undefined): Promise<void> {
    const answer = this.#api.answer(request);
    if (answer.kind === "refusal") return sendPage(response, renderAnswer(answer, request.format));
    const random = new Random(hash(request.path, request.nOfPath, "fault"));
    const { entries, lost, repeated } = spoilEntries(answer.entries, fault, random);
    const given = answer.entries.flatMap(({ report }) => report ?? []);
    this.#api.repeat(repeated);
    this.#noteLost(response, fault && breaksAnswer(fault) ? given : lost, given);
    if (fault?.kind === "status") return fail(response, fault, request);
    const page = renderAnswer({ ...answer, entries }, request.format);
    await deliver(response, page, fault, random, this.closing.signal);
  }

  /** A client that goes away before the whole answer was sent loses all that was given. */
  #noteLost(response: ServerResponse, lost: readonly Report[], given: readonly Report[]): void {
    this.lost.push(...lost);
    response.once("close", () => {
      if (!response.writableFinished)
        this.lost.push(...given.filter((report) => !this.lost.includes(report)));
    });
  }
}

function fail(response: ServerResponse, fault: Fault, { format }: ReceivedRequest): void {
  if (fault.kind === "status") sendPage(response, faultPage(fault, format));
  else disconnect(response);
}
