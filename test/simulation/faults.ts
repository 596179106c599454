import { hash, Random } from "../../infra/local/imitation/random.ts";

/** What can go wrong with one attempt at a call of DynamoDB. */
export const DATABASE_FAULTS = [
  /** Too much at once: nothing was done. */
  "throttled",
  /** Nothing was done. */
  "serverError",
  /** The connection breaks before the call arrives. */
  "droppedBefore",
  /** It was done, and the connection breaks before the answer. */
  "droppedAfter",
  /** It was done, and neither its answer nor any later attempt comes through. */
  "lostForGood",
  /** No attempt comes through, and nothing was done. */
  "failsForGood",
  /** Of a batch, some was left undone; other calls are throttled. */
  "unprocessed",
  /** The answer takes seconds. */
  "slow",
  /** The call is on the wire for so long that the next attempt overtakes it: it arrives when nobody waits any more. */
  "overtaken",
] as const;
export type DatabaseFault = (typeof DATABASE_FAULTS)[number];

/** What can go wrong with one request to Infobip. "Taken" means that the reports in the answer are gone for good. */
export const UPSTREAM_FAULTS = [
  /** Nobody there: certainly not sent. */
  "unreachable",
  /** Cut off before anything is taken. */
  "resetBefore",
  /** Taken, and not a byte comes back. */
  "lost",
  /** Taken; the answer breaks off in the middle, or right before its end. */
  "cut",
  /** Taken; the body is shorter than it was, in a way that HTTP does not show. */
  "truncated",
  /** Taken; a page for people, with a 200. */
  "html",
  "tooMany",
  "errorBefore",
  /** Taken, and a 500 or 503. */
  "errorAfter",
  /** The right answer, after seconds. */
  "late",
  /** Taken, and the answer comes when nobody waits any more. */
  "tooLate",
  /** The request itself is on its way for so long that it arrives after everybody has gone. */
  "overtaken",
  "duplicates",
  "malformed",
  /** Taken; some of the records are broken. */
  "damaged",
] as const;
export type UpstreamFault = (typeof UPSTREAM_FAULTS)[number];

/** How often what goes wrong, of a thousand. */
export interface FaultShares {
  readonly database: number;
  readonly databaseKinds: readonly DatabaseFault[];
  readonly upstream: number;
  readonly upstreamKinds: readonly UpstreamFault[];
  /** Runs that are killed, and that are frozen for a while. */
  readonly killed: number;
  readonly frozen: number;
}

/**
 * The faults of a schedule. Each is drawn from the seed, the process and the number of the call alone: more traffic, or
 * a fault that is taken out, does not move the others. `left` out are those of which shrinking has shown that they do
 * not matter.
 */
export class Faults {
  readonly struck: string[] = [];
  readonly #struck = new Set<string>();
  readonly #seed: number;
  readonly #shares: FaultShares;
  readonly #without: ReadonlySet<string>;
  isQuiet = false;
  /** While these last, nothing is answered at all. */
  outages: readonly { of: "database" | "infobip"; fromMs: number; untilMs: number }[] = [];

  constructor(seed: number, shares: FaultShares, without: ReadonlySet<string>) {
    this.#seed = seed;
    this.#shares = shares;
    this.#without = without;
  }

  database(process: string, n: number): DatabaseFault | undefined {
    const { database, databaseKinds } = this.#shares;
    return this.#draw(`${process} database ${n}`, database, databaseKinds);
  }

  upstream(process: string, n: number): UpstreamFault | undefined {
    const { upstream, upstreamKinds } = this.#shares;
    return this.#draw(`${process} infobip ${n}`, upstream, upstreamKinds);
  }

  isOut(of: "database" | "infobip", nowMs: number): boolean {
    return (
      !this.isQuiet &&
      this.outages.some(
        (outage) =>
          outage.of === of &&
          outage.fromMs <= nowMs &&
          nowMs < outage.untilMs &&
          this.strikes(`outage of ${of}`, 1000),
      )
    );
  }

  /** So long after the run's start it is killed; undefined: not at all. */
  killAfterMs(run: string): number | undefined {
    const isHit = this.#draw(`${run} killed`, this.#shares.killed, ["killed"]);
    return isHit && this.#random(`${run} killed after`).magnitude(1, 20_000);
  }

  /** When after its start a run freezes, and for how long. */
  freeze(run: string): { afterMs: number; forMs: number } | undefined {
    const isHit = this.#draw(`${run} frozen`, this.#shares.frozen, ["frozen"]);
    if (!isHit) return undefined;
    const random = this.#random(`${run} frozen after`);
    return { afterMs: random.magnitude(1, 5_000), forMs: random.magnitude(500, 120_000) };
  }

  /** Anything else that happens in one case of `outOf` thousand, by a name of its own. */
  strikes(name: string, ofThousand: number): boolean {
    return this.#draw(name, ofThousand, ["yes"]) !== undefined;
  }

  #draw<Kind extends string>(name: string, ofThousand: number, kinds: readonly Kind[]): Kind | undefined {
    if (this.isQuiet || kinds.length === 0 || ofThousand <= 0) return undefined;
    const random = this.#random(name);
    if (!random.chance(ofThousand / 1000)) return undefined;
    const kind = random.pick(kinds);
    const words = `${name}: ${kind}`;
    if (this.#without.has(words)) return undefined;
    if (!this.#struck.has(words)) this.struck.push(words);
    this.#struck.add(words);
    return kind;
  }

  #random(name: string): Random {
    return new Random(hash(this.#seed, "fault", name));
  }
}
