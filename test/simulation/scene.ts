import type { MessageSpec } from "../../infra/local/imitation/message.ts";
import { InfobipClient } from "../../lib/infobip/client.ts";
import { Pace } from "../../lib/infobip/pace.ts";
import type { SourceName } from "../../lib/infobip/sources.ts";
import { type PullRun, pullSource } from "../../lib/ingest/pull.ts";
import { type ReconcileRun, reconcile } from "../../lib/ingest/reconcile.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { Account, type LogsDelay } from "./account.ts";
import { databaseOf, directDatabase } from "./database.ts";
import { Table } from "./dynamodb/table.ts";
import { type DatabaseFault, Faults, type UpstreamFault } from "./faults.ts";
import { underControl } from "./globals.ts";
import { Loop } from "./loop.ts";
import { walk } from "./oracle.ts";
import { Process } from "./process.ts";
import { leftovers, TABLE_SHAPE } from "./stored-form.ts";
import { AUTHORIZATION, Upstream } from "./upstream.ts";

export const START_MS = Date.UTC(2026, 10, 24, 7, 30);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

const NONE = { database: 0, databaseKinds: [], upstream: 0, upstreamKinds: [], killed: 0, frozen: 0 };

/** What goes wrong, call by call, as a scenario has it. */
export interface Script {
  database?: (process: string, n: number) => DatabaseFault | undefined;
  upstream?: (process: string, n: number) => UpstreamFault | undefined;
}

class ScriptedFaults extends Faults {
  readonly script: Script;

  constructor(script: Script) {
    super(1, NONE, new Set());
    this.script = script;
  }

  override database(process: string, n: number): DatabaseFault | undefined {
    return this.script.database?.(process, n);
  }

  override upstream(process: string, n: number): UpstreamFault | undefined {
    return this.script.upstream?.(process, n);
  }
}

interface SceneOptions {
  readonly script?: Script;
  readonly delay?: LogsDelay;
  readonly retentionHours?: number;
}

/** A stage for one story in virtual time: its messages, its processes, and what goes wrong when. */
export class Scene implements Disposable {
  readonly loop = new Loop(START_MS);
  readonly table = new Table(TABLE_SHAPE);
  readonly account: Account;
  readonly upstream: Upstream;
  readonly #faults: ScriptedFaults;
  readonly #control: Disposable;
  readonly #retentionHours: number;

  constructor({ script = {}, delay = { listedMs: 0, statusMs: 0 }, retentionHours = 96 }: SceneOptions = {}) {
    this.#control = underControl(() => this.loop.nowMs);
    this.#faults = new ScriptedFaults(script);
    this.#retentionHours = retentionHours;
    this.account = new Account({ seed: 1, messages: 0, startMs: START_MS, delay, isBurst: false });
    this.upstream = new Upstream(this.account, this.#faults);
  }

  send(...messages: MessageSpec[]): void {
    for (const message of messages) this.account.add(message);
  }

  process(name: string, skewMs = 0): Process {
    return new Process(name, { loop: this.loop, seed: 1, skewMs });
  }

  /** Begins a pull; its result comes while the time goes on. */
  pull(process: Process, source: SourceName = "sms"): Promise<PullRun> {
    return pullSource(source, this.#services(process, MINUTE_MS));
  }

  /** A pull from its beginning to its end. */
  async pulled(process: Process, source: SourceName = "sms"): Promise<PullRun> {
    return this.#during(this.pull(process, source), 2 * MINUTE_MS);
  }

  async reconciled(process: Process): Promise<ReconcileRun> {
    return this.#during(reconcile(this.#services(process, 14 * MINUTE_MS)), 15 * MINUTE_MS);
  }

  /** Lets everything run, regularly and without trouble, until all should be settled. */
  async settle(hours = 3): Promise<ReconcileRun[]> {
    const runs: ReconcileRun[] = [];
    for (let n = 0; n < hours * 6; n++) {
      for (const source of ["sms", "push", "email", "omni"] as const)
        await this.pulled(this.process(`settling-${source}-${n}`), source);
      runs.push(await this.reconciled(this.process(`settling-reconcile-${n}`)));
      await this.after(10 * MINUTE_MS - (this.loop.nowMs % (10 * MINUTE_MS)));
    }
    return runs;
  }

  async after(ms: number): Promise<void> {
    await this.loop.runUntil(this.loop.nowMs + ms);
  }

  served(): Promise<MessageRecord[]> {
    const now = () => this.loop.nowMs;
    return walk(directDatabase(this.table, now), {}, 100, now);
  }

  leftovers(): Promise<string[]> {
    return leftovers(directDatabase(this.table, () => this.loop.nowMs));
  }

  /** The sort keys of a partition. */
  keysOf(partition: string): string[] {
    const items = this.table.partition(undefined, partition)?.range({}, true, this.loop.nowMs, 0) ?? [];
    return [...items].map(({ order }) => order);
  }

  [Symbol.dispose](): void {
    this.#control[Symbol.dispose]();
  }

  async #during<T>(run: Promise<T>, mostMs: number): Promise<T> {
    let ended: { readonly value: T } | { readonly error: unknown } | undefined;
    run.then(
      (value) => {
        ended = { value };
      },
      (error: unknown) => {
        ended = { error };
      },
    );
    const untilMs = this.loop.nowMs + mostMs;
    while (!ended && this.loop.nowMs < untilMs) await this.after(250);
    if (!ended) throw new Error("the run does not end");
    if ("error" in ended) throw ended.error;
    return ended.value;
  }

  #services(process: Process, timeMs: number) {
    const db = databaseOf(process, { table: this.table, faults: this.#faults, mostLagMs: 0 });
    const infobip = new InfobipClient({
      baseUrl: "http://infobip",
      authorization: async () => AUTHORIZATION,
      dispatcher: this.upstream.dispatcherFor(process),
    });
    const { clock } = process;
    const endMs = this.loop.nowMs + timeMs;
    return {
      ...openStores(db, { RETENTION_HOURS: this.#retentionHours }, clock),
      ...{ clock, infobip, pace: new Pace(100, clock), remainingMs: () => endMs - this.loop.nowMs },
    };
  }
}
