import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatMoment } from "../../lib/message/moment.ts";
import { CHROMIUM, startChromium } from "../browser/chromium.ts";
import { aRecord } from "../message/records.ts";
import { type Site, startSite } from "./site.ts";
import { chance, walk } from "./walk.ts";

/** `npm run test:console` takes 500, from another seed each time. */
const STEPS = Number(process.env.OMNILOG_STEPS ?? "40");
const SEED = Number(process.env.OMNILOG_SEED ?? (STEPS > 40 ? Date.now() % 1_000_000 : "1"));

describe.skipIf(!CHROMIUM)("somebody who presses whatever there is", () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    browser = await startChromium();
    site = await startSite(browser);
    await site.store(
      Array.from({ length: 120 }, (_, n) =>
        aRecord({
          messageId: `m${n}`,
          channel: n % 3 ? "SMS" : "VIBER",
          text: "<img src=x onerror=alert(1)>",
          sentAt: formatMoment(Date.now() - n * 1_000),
        }),
      ),
    );
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  it(
    `finds no error and nothing that the policy forbids in ${STEPS} steps, seed ${SEED}`,
    async () => {
      const visit = await site.open();
      await visit.signIn();
      const done = await walk(visit, STEPS, chance(SEED));
      expect({ faults: visit.faults, done: visit.faults.length > 0 ? done : [] }).toEqual({
        faults: [],
        done: [],
      });
      await visit.context.close();
    },
    10_000 + STEPS * 3_000,
  );
});
