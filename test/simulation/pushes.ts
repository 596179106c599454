import { hash, Random } from "../../infra/local/imitation/random.ts";
import type { Report } from "../../infra/local/imitation/reports.ts";
import type { PushKind } from "../../lib/infobip/sources.ts";
import type { Fleet } from "./fleet.ts";
import type { Loop } from "./loop.ts";
import type { Settings } from "./schedule.ts";
import type { Given } from "./upstream.ts";

const MINUTE_MS = 60_000;
const MOST_ATTEMPTS = 20;

/**
 * Infobip pushing: of the answers that reports are taken with, some are pushed as well, in another order, before or after they are
 * pulled; again after a minute and longer and longer until somebody says 200. What was answered so must be there, also where
 * its pull was lost.
 */
export class Pushes {
  /** Reports of which a push was answered with 200: of a message another may be lost all the same. */
  readonly landed = new Set<Report>();
  readonly #loop: Loop;
  readonly #fleet: Fleet;
  readonly #seed: number;
  readonly #share: number;
  #count = 0;

  /** `share`: of a thousand answers so many are pushed. */
  constructor(parts: { loop: Loop; fleet: Fleet; seed: number; share: number }) {
    this.#loop = parts.loop;
    this.#fleet = parts.fleet;
    this.#seed = parts.seed;
    this.#share = parts.share;
  }

  /** Reports leave Infobip by a pull; perhaps they are pushed, too, and perhaps more than once. */
  given({ path, reports, reordered }: Given, settings: Settings): void {
    const random = new Random(hash(this.#seed, "pushes", this.#count++));
    if (!random.chance(this.#share / 1000)) return;
    const kind = (path.split("/")[1] ?? "sms") as PushKind;
    for (let n = random.chance(0.1) ? 2 : 1; n > 0; n--)
      this.#loop.at(this.#loop.nowMs + random.magnitude(1, 60_000), () =>
        this.#push(kind, reordered, reports, settings, 0),
      );
  }

  #push(
    kind: PushKind,
    body: Uint8Array,
    reports: readonly Report[],
    settings: Settings,
    attempt: number,
  ): void {
    let isLanded = false;
    this.#fleet.push({ kind, body }, settings, (status) => {
      isLanded = status === 200;
      if (isLanded) for (const report of reports) this.landed.add(report);
    });
    this.#loop.at(this.#loop.nowMs + MINUTE_MS * (1 + attempt ** 2), () => {
      if (!isLanded && attempt < MOST_ATTEMPTS) this.#push(kind, body, reports, settings, attempt + 1);
    });
  }
}
