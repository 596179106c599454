import { setTimeout as sleep } from "node:timers/promises";
import { Chance } from "./messages.ts";
import { Court } from "./pushes-court.ts";
import { makeTold } from "./pushes-messages.ts";
import { startPulled } from "./pushes-parts.ts";
import { planOf } from "./pushes-plan.ts";
import { PushedProduct } from "./pushes-product.ts";
import { type Percentiles, percentiles, type Trial } from "./pushes-trial.ts";
import { judged, type Verdict } from "./pushes-verdict.ts";

export interface Outcome extends Verdict {
  readonly messages: number;
  readonly pushes: number;
  /** Answers of any kind but the one that was right; none is to be. */
  readonly wrongAnswers: readonly string[];
  readonly answeredMs: Percentiles;
  readonly underLoadMs: Percentiles;
  readonly foundMs: Percentiles;
}

/** Pushes everything through kills, forgeries and an hour of refusals, then judges what is served. */
export async function tryPushes(trial: Trial): Promise<Outcome> {
  const chance = new Chance(trial.seed);
  const told = makeTold(trial.reports, Date.now(), chance);
  const { pushes, queues } = planOf(told, chance);
  const pulled = await startPulled(queues);
  await using product = await PushedProduct.prepare(pulled.url, ["first key", "second key"]);
  await product.start();
  const court = new Court(product, chance, trial);
  try {
    const answeredMs = await court.timed(told, pushes);
    await court.pushAll(pushes);
    trial.say(`${pushes.length} pushes were taken; ${pulled.waiting()} reports wait to be pulled`);
    while (pulled.waiting() > 0) await sleep(200);
    const verdict = await judged(product, told, { ...trial, patienceMs: 60_000 });
    const { wrongAnswers, underLoadMs, foundMs } = court;
    return {
      ...{ ...verdict, messages: told.length, pushes: pushes.length, wrongAnswers },
      ...{ answeredMs, underLoadMs: percentiles(underLoadMs), foundMs: percentiles(foundMs) },
    };
  } finally {
    await court.close();
    pulled.close();
  }
}
