import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatMoment } from "../../lib/message/moment.ts";
import { CHROMIUM, startChromium } from "../browser/chromium.ts";
import { aRecord } from "../message/records.ts";
import { PICTURES, type Site, startSite, until } from "./site.ts";

/** A view is drawn, and nothing of it is still to come. */
async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(100);
  await until(() => page.locator(".coming, [aria-busy=true]").count()).toBe(0);
}

/** How far the page reaches to the right. */
const WIDEST = "Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth)";

/** Axe looks at everything, and twice as long on a busy machine. */
const AXE_MS = 120_000;

const VIEWS = {
  overview: "#/overview",
  list: "#/messages",
  message: "#/messages?message=m1",
  live: "#/live",
  health: "#/health",
};

describe.skipIf(!CHROMIUM)("the looks of the console", () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await startChromium();
    site = await startSite(browser);
    // Few: axe looks at each row.
    await site.store(
      ["DELIVERED", "REJECTED", "EXPIRED", "PENDING"].map((groupName, n) =>
        aRecord({
          messageId: `m${n}`,
          to: "a-very-long-name-of-a-recipient@department.example.com",
          text: "Hello",
          status: { groupName },
          sentAt: formatMoment(Date.now() - n * 60_000),
        }),
      ),
    );
  });
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  it(
    "leave nobody out, light and dark, and have room on a telephone",
    async () => {
      const visit = await site.open("", { bypassCSP: true, reducedMotion: "reduce" });
      const { page } = visit;
      expect(await visit.check()).toEqual([]);
      await visit.signIn();
      for (const [name, fragment] of Object.entries(VIEWS)) {
        await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
        await settled(page);
        expect(await visit.check(), name).toEqual([]);
        // In the dark only the colours are others.
        await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
        await page.screenshot({ path: `${PICTURES}${name}-1440-dark.png` });
        expect(await visit.check(["color-contrast"]), `${name}, dark`).toEqual([]);
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        for (const width of [320, 768, 1440]) {
          await page.setViewportSize({ width, height: 900 });
          await page.screenshot({ path: `${PICTURES}${name}-${width}-light.png` });
          expect(await page.evaluate(WIDEST), `${name}, ${width}`).toBeLessThanOrEqual(width);
        }
      }
      await page.keyboard.press("?");
      await page.waitForSelector("dialog[open]");
      expect(await visit.check(), "help").toEqual([]);
      expect(visit.faults).toEqual([]);
      await visit.context.close();
    },
    AXE_MS,
  );
});
