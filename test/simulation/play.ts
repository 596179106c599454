import { hash, Random } from "../../infra/local/imitation/random.ts";
import { SOURCE_NAMES } from "../../lib/infobip/sources.ts";
import { rankOf } from "../../lib/message/status.ts";
import { differences, idOf } from "../faults/compare.ts";
import { openAccount } from "./account.ts";
import { directDatabase } from "./database.ts";
import { Table } from "./dynamodb/table.ts";
import { Faults } from "./faults.ts";
import { Fleet, JOBS } from "./fleet.ts";
import { underControl } from "./globals.ts";
import { Loop } from "./loop.ts";
import { asJson, disorder, walk, wrongAnswers, wrongStatistics } from "./oracle.ts";
import { previousVersion } from "./previous.ts";
import { Pushes } from "./pushes.ts";
import type { Schedule, Settings } from "./schedule.ts";
import type { Size } from "./sizes.ts";
import { readSlowly } from "./slow-readers.ts";
import { leftovers, OpenPullsWatch, TABLE_SHAPE, watchLog, watchMerged } from "./stored-form.ts";
import { Upstream } from "./upstream.ts";
import { VERSION, type Version } from "./version.ts";

/** How a schedule ended. */
export interface Outcome {
  readonly seed: number;
  readonly size: Size;
  /** What is wrong; nothing, if all is well. */
  readonly problems: readonly string[];
  readonly faults: readonly string[];
  readonly hash: string;
  readonly events: number;
  readonly messages: number;
  /** Messages of which a report was lost on the way. */
  readonly lost: number;
  readonly log: readonly string[];
}

export interface PlayOptions {
  /** Faults that are left out, by what `Outcome.faults` calls them. */
  readonly without?: ReadonlySet<string>;
  /** Keep a log of everything that happens? */
  readonly isLogged?: boolean;
}

/** The moment at which every schedule begins. */
const START_MS = Date.UTC(2026, 10, 24, 7, 30);
const MINUTE_MS = 60_000;
/** A burst that was pushed takes a few turns of the schedule: until one finds nothing, and no more than these. */
const RECEIVE_TURNS = 3;
/** Where nothing is pushed, it is looked only so often: in every so many rounds. */
const RECEIVE_EVERY = 3;
/**
 * When everything is run again after the faults, in minutes: doubts are settled in several runs, and late logs looked at
 * again. Where nothing is left to do, most schedules go on to the last ones: `isPatient` are those that do not.
 */
const QUIET_MINUTES = [1, 4, 8, 15, 45, 110, 260];
const ALWAYS_MINUTES = new Set([1, 4, 110, 260]);
/**
 * In schedules that are not large. Before the last of them only what settles what is left is run: sources and the statistics
 * have their turn in the last.
 */
const BRIEF_MINUTES = new Set([260]);
/** Messages are sent until so long after the faults: what comes later nothing can happen to. */
const TRAFFIC_GOES_ON_MS = 10 * MINUTE_MS;
const LONGEST_RUN_MINUTES = 15;
const TTL_EVERY_MS = 15 * MINUTE_MS;
/** So often it is looked at what is served while it all goes on; once where a schedule is not large. */
const PROBES = 2;
const PROBED_QUERIES = 2;
const FINAL_QUERIES = 4;

/** Plays a schedule: rounds with faults, then quiet ones, and a look at all that is served. */
export async function play(schedule: Schedule, options: PlayOptions = {}): Promise<Outcome> {
  const log: string[] | undefined = options.isLogged ? [] : undefined;
  const loop = new Loop(START_MS, log);
  const previous = schedule.deployment.length > 0 ? await previousVersion() : VERSION;
  using _controlled = underControl(() => loop.nowMs);
  const stage = new Stage(schedule, loop, options.without ?? new Set(), previous);
  await stage.play();
  return {
    seed: schedule.seed,
    size: schedule.size,
    problems: [...new Set(stage.problems)],
    faults: stage.faults.struck,
    hash: loop.hash(),
    events: loop.count,
    messages: stage.messages,
    lost: stage.lost,
    log: log ?? [],
  };
}

class Stage {
  readonly problems: string[] = [];
  readonly faults: Faults;
  messages = 0;
  lost = 0;
  readonly #schedule: Schedule;
  readonly #loop: Loop;
  readonly #account;
  readonly #table = new Table(TABLE_SHAPE);
  readonly #landed = new Set<string>();
  readonly #upstream: Upstream;
  readonly #fleet: Fleet;
  readonly #pushes: Pushes;
  readonly #random: Random;
  readonly #previous: Version;
  /** When the rounds have begun. */
  #roundsFromMs = Number.POSITIVE_INFINITY;
  /** The furthest status that each message was ever served with. */
  readonly #ranks = new Map<string, number>();

  constructor(schedule: Schedule, loop: Loop, without: ReadonlySet<string>, previous: Version) {
    const { seed, shares, skewMs, lagMs, cold, settleAfterMs } = schedule;
    this.#schedule = schedule;
    this.#loop = loop;
    this.#random = new Random(hash(seed, "rounds"));
    this.faults = new Faults(seed, shares, without);
    this.#account = openAccount({ ...schedule, startMs: loop.nowMs });
    this.#upstream = new Upstream(this.#account, this.faults);
    if (schedule.isStrict) this.#upstream.strictHours = 48;
    this.#upstream.unservable = this.#drawUnservable();
    const tell = (problem: string) => void this.problems.push(problem);
    this.#table.watchers.push(watchLog(this.#landed, tell), watchMerged(tell));
    const model = { table: this.#table, faults: this.faults, mostLagMs: lagMs };
    const versions = { previous, previousShare: () => this.#previousShare() };
    const fleet = { seed, loop, upstream: this.#upstream, skewMs, cold, settleAfterMs };
    this.#fleet = new Fleet({ ...model, ...fleet, ...versions });
    this.#previous = previous;
    const watch = new OpenPullsWatch(this.#table, this.#landed, tell);
    this.#pushes = new Pushes({ loop, fleet: this.#fleet, seed, share: schedule.pushed });
    this.#upstream.onGiven = (given) => {
      watch.given(given.path.split("/")[1] ?? "", given.sha256, loop.nowMs);
      this.#pushes.given(given, this.#settingsOf(schedule.rounds - 1));
    };
  }

  async play(): Promise<void> {
    const { rounds, beginsCalm, outages } = this.#schedule;
    this.faults.isQuiet = true;
    if (beginsCalm) await this.#quietRound(10 * MINUTE_MS);
    this.faults.isQuiet = false;
    this.faults.outages = outages.map(({ fromMs, untilMs, of }) => ({
      of,
      fromMs: this.#loop.nowMs + fromMs,
      untilMs: this.#loop.nowMs + untilMs,
    }));
    this.#everySoOften();
    this.#drawProbes();
    this.#drawReaders();
    this.#roundsFromMs = this.#loop.nowMs;
    for (let n = 0; n < rounds; n++) await this.#round(n);
    this.faults.isQuiet = true;
    this.#account.catchUp();
    this.#account.stopTraffic(this.#loop.nowMs + TRAFFIC_GOES_ON_MS);
    this.#upstream.unservable = new Set();
    this.#fleet.replace();
    await this.#quiet();
    await this.#judge();
  }

  /** Every job begins at some moment of the round, unless it is under way and does not overlap. */
  async #round(n: number): Promise<void> {
    const { everyMs, reconcileEvery, sources, overlapping, pushed } = this.#schedule;
    const settings = this.#settingsOf(n);
    for (const job of JOBS) {
      const atMs = this.#loop.nowMs + this.#random.int(0, everyMs - 1);
      const isDue =
        job === "settle" || job === "reconcile"
          ? n % reconcileEvery === 0
          : job === "receive"
            ? pushed > 0 || n % RECEIVE_EVERY === 0
            : (sources[n] ?? []).includes(job);
      if (!isDue) continue;
      const isOverlapping = this.#random.chance(overlapping / 1000);
      this.#loop.at(atMs, () => {
        if (!this.#fleet.isBusy(job) || this.faults.strikes(`${job} overlapping ${n}`, 300))
          this.#fleet.start(job, settings);
      });
      if (isOverlapping)
        this.#loop.at(atMs + this.#random.magnitude(1, 5_000), () => this.#fleet.start(job, settings));
    }
    await this.#loop.runUntil(this.#loop.nowMs + everyMs);
  }

  async #quiet(): Promise<void> {
    const endedMs = this.#loop.nowMs;
    for (const [n, minutes] of QUIET_MINUTES.entries()) {
      const isLast = n === QUIET_MINUTES.length - 1;
      // What was on its way arrives meanwhile.
      await this.#loop.runUntil(endedMs + minutes * MINUTE_MS);
      if (!this.#isAlways(minutes) && (await this.#isAllDone())) continue;
      if (isLast) this.#account.stop(this.#loop.nowMs);
      if (this.#isAlways(minutes) || this.#isThorough) await this.#quietRound(2 * MINUTE_MS);
      else await this.#settlingRound(2 * MINUTE_MS);
    }
    this.#tellFailures();
  }

  #isAlways(minutes: number): boolean {
    return (this.#schedule.size === "large" ? ALWAYS_MINUTES : BRIEF_MINUTES).has(minutes);
  }

  /** Is it large, or patient? */
  get #isThorough(): boolean {
    return this.#schedule.size === "large" || this.#schedule.isPatient;
  }

  async #isAllDone(): Promise<boolean> {
    if (this.#schedule.isPatient) return false;
    return (await leftovers(directDatabase(this.#table, () => this.#loop.nowMs))).length === 0;
  }

  /** The sources, and then the reconciler: what it says is about what they have left. */
  async #quietRound(forMs: number): Promise<void> {
    const settings = this.#settingsOf(this.#schedule.rounds - 1);
    for (const source of SOURCE_NAMES) this.#fleet.start(source, settings, true);
    await this.#loop.runUntil(this.#loop.nowMs + forMs / 2);
    this.#fleet.start("settle", settings, true);
    await this.#settlingRound(forMs / 2);
  }

  /** What settles doubts and pages that are left. */
  async #settlingRound(forMs: number): Promise<void> {
    const settings = this.#settingsOf(this.#schedule.rounds - 1);
    this.#fleet.start("reconcile", settings, true);
    await this.#loop.runUntil(this.#loop.nowMs + forMs);
    await this.#idle();
    if (this.#schedule.pushed === 0) return;
    // What was pushed a moment ago, and that there was no time to merge.
    for (let n = 0, before = -1; n < RECEIVE_TURNS && this.#fleet.received > before; n++) {
      before = this.#fleet.received;
      this.#fleet.start("receive", settings, true);
      await this.#idle();
    }
  }

  async #idle(): Promise<void> {
    const isBusy = () => JOBS.some((job) => this.#fleet.isBusy(job));
    for (let n = 0; isBusy() && n < LONGEST_RUN_MINUTES; n++)
      await this.#loop.runUntil(this.#loop.nowMs + MINUTE_MS);
  }

  #tellFailures(): void {
    for (const { job, error } of this.#fleet.failures.splice(0)) {
      const words =
        error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" ") : error;
      this.problems.push(`a quiet run of ${job} failed: ${words}`);
    }
  }

  #settingsOf(round: number): Settings {
    const { settings } = this.#schedule;
    const chosen = settings[Math.max(0, round)] ?? settings.at(-1);
    if (!chosen) throw new Error("a schedule without settings");
    return chosen;
  }

  #drawUnservable(): Set<string> {
    const truth = this.#account.truth(this.#loop.nowMs);
    const random = new Random(hash(this.#schedule.seed, "unservable"));
    return new Set(Array.from({ length: this.#schedule.unservable }, () => random.pick(truth).messageId));
  }

  /** DynamoDB deletes what has expired, soon or late. */
  #everySoOften(): void {
    const { ttlLateSeconds, seed } = this.#schedule;
    const sweep = () => {
      const isDue = ({ partition, sort }: { partition: string; sort: string }, overdueSeconds: number) =>
        overdueSeconds > new Random(hash(seed, "ttl", partition, sort)).next() * ttlLateSeconds;
      const count = this.#table.expire(this.#loop.nowMs, isDue);
      if (count > 0) this.#loop.note(`DynamoDB deletes ${count} expired items`);
      this.#loop.at(this.#loop.nowMs + TTL_EVERY_MS, sweep);
    };
    this.#loop.at(this.#loop.nowMs + TTL_EVERY_MS, sweep);
  }

  /** At some moments it is looked at what is served in the middle of it all. */
  #drawProbes(): void {
    const { rounds, everyMs, seed, size } = this.#schedule;
    const random = new Random(hash(seed, "probes"));
    for (let n = 0; n < (size === "large" ? PROBES : 1); n++) {
      const atMs = this.#loop.nowMs + random.int(0, rounds * everyMs);
      this.#loop.at(atMs, () => void this.#probe(random));
    }
  }

  /** Some read while it goes on, and take their time. */
  #drawReaders(): void {
    const { rounds, everyMs, seed, lagMs, readers, deployment } = this.#schedule;
    const random = new Random(hash(seed, "readers"));
    for (let n = 0; n < readers; n++) {
      const atMs = this.#loop.nowMs + random.int(0, rounds * everyMs + MINUTE_MS);
      const isPrevious = deployment.length > 0 && new Random(hash(seed, "version of reader", n)).chance(0.5);
      const version = isPrevious ? this.#previous : VERSION;
      const options = { loop: this.#loop, table: this.#table, seed, lagMs, version };
      // A format that the previous version refuses is none that it misreads.
      const isRefused = (error: unknown) =>
        isPrevious && error instanceof Error && "code" in error && error.code === "OTHER_FORMAT";
      const failed = (error: unknown) =>
        isRefused(error) ? [] : [`a reader failed: ${error instanceof Error ? error.stack : error}`];
      const tell = (problems: readonly string[]) => void this.problems.push(...problems);
      this.#loop.at(atMs, () => void readSlowly(`reader-${n}`, options).catch(failed).then(tell));
    }
  }

  /** Of a thousand runs that begin now, so many are of the previous version. */
  #previousShare(): number {
    const { deployment } = this.#schedule;
    const sinceMs = this.#loop.nowMs - this.#roundsFromMs;
    const step = deployment.findLast(({ fromMs }) => fromMs <= sinceMs) ?? deployment[0];
    return step?.previous ?? 0;
  }

  /** Nobody waits for anything here, so that all of it is of one moment. */
  async #probe(random: Random): Promise<void> {
    try {
      const now = () => this.#loop.nowMs;
      const db = directDatabase(this.#table, now);
      const served = await walk(db, {}, 1_000, now);
      this.#checkRanks(served);
      const problems = [
        ...disorder(served),
        ...(await wrongAnswers(db, served, { random, now, queries: PROBED_QUERIES })),
      ];
      this.problems.push(...problems.map((words) => `on the way: ${words}`));
    } catch (error) {
      this.problems.push(`on the way: ${error instanceof Error ? error.stack : error}`);
    }
  }

  /** A message never goes back, and is never gone. */
  #checkRanks(served: ReturnType<typeof asJson> extends (infer T)[] ? readonly T[] : never): void {
    const now = new Map(served.map((record) => [idOf(record), rankOf(record.status as never)]));
    for (const [id, rank] of this.#ranks) {
      const held = now.get(id);
      if (held === undefined) this.problems.push(`was served, and is no more: ${id}`);
      else if (held < rank) this.problems.push(`its status was taken back: ${id}`);
    }
    for (const [id, rank] of now) this.#ranks.set(id, rank);
  }

  async #judge(): Promise<void> {
    const now = () => this.#loop.nowMs;
    const db = directDatabase(this.#table, now);
    const truth = this.#account.truth(this.#account.momentOf(now()));
    const lost = this.#lostMessages();
    this.messages = truth.length;
    this.lost = lost.size;
    const served = await walk(db, {}, 90, now);
    this.#checkRanks(served);
    const random = new Random(hash(this.#schedule.seed, "queries"));
    this.problems.push(
      ...differences(asJson(served), truth, lost),
      ...disorder(served),
      ...(await wrongAnswers(db, served, { random, now, queries: FINAL_QUERIES })),
      ...(await wrongStatistics(db, served, now)),
      ...(await leftovers(db)).map((words) => `left over: ${words}`),
    );
    for (const item of this.#table.all(now())) this.#loop.note(JSON.stringify([item.pk, item.sk]));
  }

  /** Messages with a report that was spoilt, or stood in an answer that never landed, and was not pushed either. */
  #lostMessages(): Set<string> {
    const gone = this.#upstream.given.flatMap(({ sha256, reports, spoilt }) =>
      this.#landed.has(sha256) ? spoilt : reports,
    );
    const lost = gone.filter((report) => !this.#pushes.landed.has(report));
    return new Set(lost.map(({ message }) => idOf(message)));
  }
}
