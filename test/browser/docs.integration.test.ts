import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { basic, CREDENTIALS, type Service, startService } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";
import { CHROMIUM, startChromium } from "./chromium.ts";

const LONG = "x".repeat(600);

describe.skipIf(!CHROMIUM)("/docs in Chromium", () => {
  let service: Service;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    service = await startService();
    await service.store([aRecord({ messageId: "m1", text: LONG })]);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    faults.length = 0;
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(`${service.url}/docs`);
    await page.locator("summary", { hasText: "GET /omni/1/logs" }).click();
  });
  afterEach(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });

  const operation = () => page.locator("details[open]");
  const output = () => operation().locator("pre");
  async function ask(authorization: string): Promise<void> {
    await page.fill("#authorization", authorization);
    await operation().locator("button").click();
  }
  const shown = (text: RegExp) => expect.poll(() => output().textContent({ timeout: 5_000 })).toMatch(text);

  it("shows the answer", async () => {
    await ask(basic(CREDENTIALS));
    await shown(/^200 OK\s+\{"results":\[\{.*"m1"/);
  });

  it.each([basic("Aladdin:wrong"), "App no-such-key", ""])(
    "shows the error for wrong credentials, %j, and the browser asks for none itself",
    async (authorization) => {
      await ask(authorization);
      await shown(/^401 Unauthorized\s+.*UNAUTHORIZED/);
    },
  );

  it("clears the previous answer on a network fault, and says so", async () => {
    await ask(basic(CREDENTIALS));
    await shown(/^200/);
    await page.route("**/omni/1/logs*", (route) => route.abort("connectionreset"));
    await ask(basic(CREDENTIALS));
    await shown(/^No answer: /);
    expect(await output().textContent()).not.toContain("m1");
    await page.unroute("**/omni/1/logs*");
    await ask(basic(CREDENTIALS));
    await shown(/^200/);
  });

  it("says so when an authorization cannot be sent", async () => {
    await ask("App schlüssel→");
    await shown(/^No answer: /);
  });

  it("says so when it cannot be built", async () => {
    await page.route("**/openapi.json", (route) => route.abort());
    await page.goto(`${service.url}/docs`);
    await expect.poll(() => page.locator("#fault").textContent()).toMatch(/could not be read/);
  });

  it("is no wider than a telephone, whatever it shows", async () => {
    await page.evaluate(
      "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
    );
    const first = page.locator("details").first();
    await page.fill("#authorization", basic(CREDENTIALS));
    await first.locator("button").click();
    await expect.poll(() => first.locator("pre").textContent()).toContain(LONG);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });
});
