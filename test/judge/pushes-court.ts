import { setTimeout as sleep } from "node:timers/promises";
import type { Chance } from "./messages.ts";
import type { Told } from "./pushes-messages.ts";
import { forgedBody, malformedBodies } from "./pushes-plan.ts";
import type { PushedProduct } from "./pushes-product.ts";
import { type Push, Pusher, rightProof, wrongProof } from "./pushes-pusher.ts";
import { type Percentiles, percentiles, type Trial } from "./pushes-trial.ts";

/** At once, as many as Infobip's smallest window. */
const WINDOW = 20;
/** Retries of an hour: after 1, 3, 8, 18, 35 and 61 minutes. The judge does not wait for them. */
const RETRIES_OF_AN_HOUR = 6;

/** Pushes, kills, forges and refuses, and notes every answer that was wrong. */
export class Court {
  readonly wrongAnswers: string[] = [];
  readonly underLoadMs: number[] = [];
  readonly foundMs: number[] = [];
  readonly #product: PushedProduct;
  readonly #pusher: Pusher;
  readonly #chance: Chance;
  readonly #trial: Trial;
  #gone: string[] = [];
  #forgeries = 0;

  constructor(product: PushedProduct, chance: Chance, trial: Trial) {
    this.#product = product;
    this.#pusher = new Pusher(product.url);
    this.#chance = chance;
    this.#trial = trial;
  }

  close(): Promise<void> {
    return this.#pusher.close();
  }

  /** Pushes of a hundred, alone: how long until the answer, and how long until a question finds what was in them. */
  async timed(told: readonly Told[], pushes: readonly Push[]): Promise<Percentiles> {
    const hundreds = pushes.filter(({ count, contentType }) => count === 100 && contentType.endsWith("json"));
    const took: number[] = [];
    for (const push of hundreds.slice(0, this.#trial.timed)) {
      took.push(await this.#deliver(push));
      if (took.length % 5 === 0) await this.#find(push, told);
    }
    return percentiles(took);
  }

  async #find(push: Push, told: readonly Told[]): Promise<void> {
    const fromMs = performance.now();
    const [first] = JSON.parse(push.body.toString()).results as { messageId: string }[];
    const id = encodeURIComponent(first?.messageId ?? "");
    if (!told.some(({ truth }) => truth.messageId === first?.messageId))
      throw new Error("the judge is wrong");
    for (let found = 0; found === 0; await sleep(5)) {
      const { results } = await this.#product.get<{ results: object[] }>(`/omni/1/logs?messageId=${id}`);
      found = results.length;
    }
    this.foundMs.push(performance.now() - fromMs);
  }

  /** Everything, a window at a time, while the product is killed, forged to, and once without its database. */
  async pushAll(pushes: readonly Push[]): Promise<void> {
    const { kills, forgeries, say } = this.#trial;
    const left = [...pushes];
    const part = Math.ceil(left.length / (kills + 2));
    for (let n = 0; left.length > 0; n++) {
      const pushed = this.#window(left.splice(0, part));
      const forged = this.#forge(Math.ceil(forgeries / (kills + 2)));
      if (n < kills) {
        await Promise.race([pushed, sleep(300 + this.#chance.below(3000))]);
        await this.#killed(n);
      } else if (n === kills) await this.#refused(left);
      await Promise.all([pushed, forged]);
      say(`${pushes.length - left.length} of ${pushes.length} pushes taken`);
    }
    await this.#window(malformedBodies(pushes.slice(0, 40), this.#chance));
  }

  async #window(pushes: readonly Push[]): Promise<void> {
    const left = [...pushes];
    const worker = async () => {
      for (let push = left.shift(); push; push = left.shift()) {
        if (this.#chance.next() < 0.02)
          await this.#pusher.breakOff(push, rightProof(push.body, this.#product.keys, this.#chance));
        const ms = await this.#deliver(push);
        if (push.count === 100) this.underLoadMs.push(ms);
      }
    };
    await Promise.all(Array.from({ length: WINDOW }, worker));
  }

  /** Until it is taken; gives how long the answer took that took it. The receiver may be down or, with its database, refuse. */
  async #deliver(push: Push): Promise<number> {
    for (;;) {
      const startedMs = performance.now();
      const { keys } = this.#product;
      const status = await this.#pusher.push(push, rightProof(push.body, keys, this.#chance));
      if (status === 200) return performance.now() - startedMs;
      // A key that was taken away while it was under way is no fault of the receiver's.
      const isFair = status === 0 || status === 503 || (status === 401 && keys !== this.#product.keys);
      if (!isFair) this.wrongAnswers.push(`a right push of ${push.kind}: ${status}`);
      if (this.wrongAnswers.length > 50) throw new Error(this.wrongAnswers.slice(0, 5).join("; "));
      await sleep(50);
    }
  }

  /** A kill, and a start with one key replaced: the oldest no longer holds. */
  async #killed(n: number): Promise<void> {
    await this.#product.product.kill();
    const [oldest = "", ...others] = this.#product.keys;
    this.#product.keys = [...others, `key ${n}`];
    this.#gone.push(oldest);
    await this.#product.start();
    this.#trial.say(`killed ${n + 1} times, and a key replaced`);
  }

  /** An hour without the database: pushes are refused as often as the schedule has it, and none is taken. */
  async #refused(left: readonly Push[]): Promise<void> {
    await this.#product.database.kill();
    const some = left.filter(({ count }) => count > 0).slice(0, WINDOW);
    const refused = some.map(async (push) => {
      for (let n = 0; n <= RETRIES_OF_AN_HOUR; n++) {
        const proof = rightProof(push.body, this.#product.keys, this.#chance);
        const status = await this.#pusher.push(push, proof);
        if (status !== 503) this.wrongAnswers.push(`without a database: ${status}`);
      }
    });
    await Promise.all(refused);
    await this.#product.startDatabase();
    this.#trial.say("an hour of refusals is over");
  }

  async #forge(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const push = forgedBody(this.#forgeries++, Date.now() - 60_000);
      const { keys } = this.#product;
      const status = await this.#pusher.push(push, wrongProof(push.body, keys, this.#gone, this.#chance));
      if (status === 0) await sleep(100);
      else if (status !== 401) this.wrongAnswers.push(`a forged push: ${status}`);
    }
  }
}
