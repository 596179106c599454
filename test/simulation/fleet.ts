import { hash, Random } from "../../infra/local/imitation/random.ts";
import type { InfobipClient } from "../../lib/infobip/client.ts";
import type { Pace } from "../../lib/infobip/pace.ts";
import { type PushKind, SOURCE_NAMES, type SourceName } from "../../lib/infobip/sources.ts";
import type { ReconcileRun } from "../../lib/ingest/reconcile.ts";
import type { openStores } from "../../lib/ingest/stores.ts";
import type { Places } from "../../lib/receive/places.ts";
import type { Clock } from "../../lib/runtime/clock.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { databaseOf, type Model } from "./database.ts";
import type { Loop } from "./loop.ts";
import { Process } from "./process.ts";
import type { Settings } from "./schedule.ts";
import { AUTHORIZATION, type Upstream } from "./upstream.ts";
import { VERSION, type Version } from "./version.ts";

export type Job = SourceName | "reconcile" | "settle" | "receive";
export const JOBS: readonly Job[] = [...SOURCE_NAMES, "reconcile", "settle", "receive"];

/** What Infobip pushes, and what is told of the answer, if there is one. */
export interface Push {
  readonly kind: PushKind;
  readonly body: Uint8Array;
}
type Answered = (status: number) => void;

/** As the stack deploys them. */
const INGEST_TIMEOUT_MS = 60_000;
const RECONCILE_TIMEOUT_MS = 840_000;
const RECEIVE_TIMEOUT_MS = 55_000;
/** How long a push is merged before it is answered: see functions/receive.ts. */
const MERGING_MS = 2_000;

type Services = ReturnType<typeof openStores> & {
  readonly clock: Clock;
  readonly infobip: InfobipClient;
  readonly db: Database;
  readonly pace: Pace;
  readonly places: Places;
  readonly version: Version;
};

/** A warm process keeps what it has built. */
interface Warm {
  readonly process: Process;
  readonly services: Services;
  readonly settings: Settings;
  readonly isPrevious: boolean;
  isBusy: boolean;
}

export interface FleetOptions extends Model {
  readonly seed: number;
  readonly loop: Loop;
  readonly upstream: Upstream;
  readonly skewMs: number;
  readonly settleAfterMs: number;
  /** Of a thousand runs so many begin in a new process, though there is a warm one. */
  readonly cold: number;
  readonly previous: Version;
  /** Of a thousand runs so many are begun by the previous version, now. */
  readonly previousShare: () => number;
}

/** The Lambdas: starts their runs, in warm processes or new ones, and ends them as Lambda does, or as the faults say. */
export class Fleet {
  /** What runs threw in which nothing went wrong. */
  readonly failures: { readonly job: Job; readonly error: unknown }[] = [];
  readonly reconciled: ReconcileRun[] = [];
  /** So many pages were merged by runs of `receive`. */
  received = 0;
  readonly #options: FleetOptions;
  readonly #warm = new Map<Job, Warm[]>();
  readonly #runs = new Map<Job, number>();
  #generation = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** From here on every run is in a new process with a right clock, of the present version. */
  replace(): void {
    this.#warm.clear();
    this.#generation++;
  }

  isBusy(job: Job): boolean {
    return (this.#warm.get(job) ?? []).some(({ isBusy, process }) => isBusy && !process.isDead);
  }

  /** Something is pushed; whoever is killed over it never answers. */
  push(push: Push, settings: Settings, answered: Answered): void {
    this.start("receive", settings, false, (services) => receivePush(push, services, answered));
  }

  /** `isQuiet`: nothing goes wrong in this run, so it must not fail. `work`: what it does, if not what the schedule has it do. */
  start(
    job: Job,
    settings: Settings,
    isQuiet = false,
    work = (services: Services, remainingMs: () => number) => this.#work(job, services, remainingMs),
  ): void {
    const { loop, faults } = this.#options;
    const n = (this.#runs.get(job) ?? 0) + 1;
    this.#runs.set(job, n);
    const run = `${job} run ${n}`;
    const warm = this.#warmFor(job, n, settings);
    const { process } = warm;
    warm.isBusy = true;
    loop.note(`${process.name} begins ${run}${warm.isPrevious ? ", of the previous version" : ""}`);
    const endMs = loop.nowMs + timeoutOf(job);
    const endsBy = (atMs: number, why: string) =>
      loop.at(atMs, () => {
        if (warm.isBusy) this.#kill(job, warm, why, run);
      });
    this.#current.set(process, run);
    endsBy(endMs, "its time is over");
    const killAfterMs = faults.killAfterMs(run);
    if (killAfterMs !== undefined) endsBy(loop.nowMs + killAfterMs, "a fault");
    const freeze = faults.freeze(run);
    if (freeze) loop.at(loop.nowMs + freeze.afterMs, () => this.#freeze(warm, freeze.forMs, run));
    const remainingMs = () => endMs - loop.nowMs;
    work(warm.services, remainingMs).then(
      (words) => this.#ended(warm, run, words),
      (error: unknown) => {
        if (isQuiet) this.failures.push({ job, error });
        this.#ended(
          warm,
          run,
          `throws ${error instanceof Error ? `${error.name}: ${error.message}` : error}`,
        );
      },
    );
  }

  /** Which run a process is at, so that what is meant for one does not meet the next. */
  readonly #current = new Map<Process, string>();

  #kill(job: Job, warm: Warm, why: string, run: string): void {
    if (this.#current.get(warm.process) !== run) return;
    warm.process.kill(why);
    this.#warm.set(
      job,
      (this.#warm.get(job) ?? []).filter((other) => other !== warm),
    );
  }

  #freeze(warm: Warm, forMs: number, run: string): void {
    if (warm.isBusy && !warm.process.isDead && this.#current.get(warm.process) === run)
      warm.process.freeze(forMs);
  }

  #ended(warm: Warm, run: string, words: string): void {
    warm.isBusy = false;
    this.#current.delete(warm.process);
    this.#options.loop.note(`${warm.process.name} ends ${run}: ${words}`);
  }

  async #work(job: Job, services: Services, remainingMs: () => number): Promise<string> {
    if (job === "receive") {
      const { pages } = await services.version.mergeLeft({ ...services, remainingMs });
      this.received += pages.length;
      return JSON.stringify({ pages: pages.length });
    }
    if (job === "settle") return this.#settle(services, remainingMs);
    if (job === "reconcile") {
      const run = await services.version.reconcile({ ...services, remainingMs });
      this.reconciled.push(run);
      const { windows, checked, inserted, repaired, openDoubts, settledDoubts, stopped } = run;
      return JSON.stringify({ windows, checked, inserted, repaired, openDoubts, settledDoubts, stopped });
    }
    const { pulled, inDoubt, refused, quarantined } = await services.version.pullSource(job, {
      ...services,
      remainingMs,
    });
    return JSON.stringify({ pulled, inDoubt, refused, quarantined });
  }

  async #settle(services: Services, remainingMs: () => number): Promise<string> {
    const { settled, counted, fault } = await services.version.countAndSettle(
      { ...services, remainingMs },
      this.#options.settleAfterMs,
    );
    if (fault !== undefined) throw fault;
    return JSON.stringify({ ...settled, counted: [...(counted?.hours.keys() ?? [])] });
  }

  #warmFor(job: Job, n: number, settings: Settings): Warm {
    const { seed, cold } = this.#options;
    const random = new Random(hash(seed, "process", job, n));
    const known = (this.#warm.get(job) ?? []).filter(({ process }) => !process.isDead);
    const share = this.#generation > 0 ? 0 : this.#options.previousShare();
    const isPrevious = new Random(hash(seed, "version", job, n)).chance(share / 1000);
    const free = known.filter((warm) => !warm.isBusy && warm.settings === settings);
    const chosen = free.find((warm) => warm.isPrevious === isPrevious);
    if (chosen && !random.chance(cold / 1000)) return chosen;
    const made = this.#make(`${job}-${n}`, settings, random, isPrevious);
    this.#warm.set(job, [...known, made]);
    return made;
  }

  #make(name: string, settings: Settings, random: Random, isPrevious: boolean): Warm {
    const { loop, seed, skewMs, upstream, previous } = this.#options;
    const version = isPrevious ? previous : VERSION;
    const skew = this.#generation > 0 ? 0 : Math.round((2 * random.next() - 1) * skewMs);
    const process = new Process(name, { loop, seed, skewMs: skew });
    const infobip = new version.InfobipClient({
      baseUrl: "http://infobip",
      authorization: async () => AUTHORIZATION,
      dispatcher: upstream.dispatcherFor(process),
    });
    const db = databaseOf(process, this.#options);
    const services = {
      ...version.openStores(db, settings, process.clock),
      clock: process.clock,
      infobip,
      db,
      pace: new version.Pace(100, process.clock),
      places: new version.Places(process.clock),
      version,
    };
    return { process, services, settings, isPrevious, isBusy: false };
  }
}

function timeoutOf(job: Job): number {
  if (job === "receive") return RECEIVE_TIMEOUT_MS;
  return job === "reconcile" || job === "settle" ? RECONCILE_TIMEOUT_MS : INGEST_TIMEOUT_MS;
}

/** What functions/receive.ts does with a push where nothing can be done after the answer. */
async function receivePush({ kind, body }: Push, services: Services, answered: Answered): Promise<string> {
  const { clock, version } = services;
  const path = `/push/${kind}/${PATH_SECRET}`;
  const request = { id: "", method: "POST", path, headers: {}, sourceIp: "", body };
  const pushers = async () => `path ${PATH_SECRET}`;
  const { response, isLanded } = await version.receive(request, {
    ...services,
    pushers,
    isAllowed: () => true,
  });
  const endMs = clock.now() + MERGING_MS;
  const remainingMs = () => endMs - clock.now() + version.MERGE_MS;
  if (isLanded) await version.mergePushed(kind, { ...services, remainingMs }).catch(() => []);
  answered(response.statusCode);
  return `answers ${response.statusCode}`;
}

const PATH_SECRET = "simulated-secret";
