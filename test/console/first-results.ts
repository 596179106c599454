import { parseArgs } from "node:util";
import type { Browser, BrowserContext } from "playwright-core";
import { startChromium } from "../browser/chromium.ts";
import { type Stage, startStage } from "./stage/stage.ts";

/**
 * npm run bench:console -- [--reports 200000] [--hours 48] [--runs 5]
 *
 * How long somebody waits in a real browser, from the navigation until there is something to be read, with so many reports in the embedded
 * database: each time a new page with an empty cache, signed in. Everything shares this machine: the browser, the API and the database.
 * Ends with 1 when the first messages take more than a second, the fastest of the runs counted, since what else runs here is no part of it.
 */
const QUESTIONS: Readonly<Record<string, readonly [fragment: string, mark: string]>> = {
  "the newest messages": ["#/messages", ".row-link"],
  "those that failed": ["#/messages?q=status:failed", ".row-link"],
  "of one channel and network, today": ["#/messages?q=channel:VIBER+network:21901+since:24h", ".row-link"],
  "by an error": ["#/messages?q=error:EC_ABSENT_SUBSCRIBER", ".row-link"],
  "to a number": ["#/messages?q=41790001234", ".row-link, .empty"],
  "the overview's numbers": ["#/overview", ".card-value:not(:text('–'))"],
  "the whole overview": ["#/overview", "[aria-busy=false] .measures"],
};
const MOST_MS = 1_000;

const { values } = parseArgs({
  options: {
    reports: { type: "string", default: "200000" },
    hours: { type: "string", default: "48" },
    runs: { type: "string", default: "5" },
  },
});

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Signs in as somebody does: the cookie, for the pages that follow. */
async function signIn(browser: Browser, { url, user, password }: Stage): Promise<State> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.fill("input[name=user]", user);
  await page.fill("input[name=secret]", password);
  await page.keyboard.press("Enter");
  await page.locator(".card-value").first().waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Milliseconds from navigating to an address until what is waited for is there. */
async function waitFor(browser: Browser, state: State, address: string, mark: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, storageState: state });
  const page = await context.newPage();
  const startMs = performance.now();
  await page.goto(address, { waitUntil: "commit" });
  await page.locator(mark).first().waitFor({ timeout: 60_000 });
  const ms = performance.now() - startMs;
  await context.close();
  return ms;
}

async function main(): Promise<void> {
  const [reports, hours, runs] = [values.reports, values.hours, values.runs].map(Number) as [
    number,
    number,
    number,
  ];
  await using stage = await startStage({ reports, hours });
  const browser = await startChromium();
  const state = await signIn(browser, stage);
  console.log(`${reports.toLocaleString()} reports of ${hours} hours; fastest and median of ${runs}`);
  for (const [question, [fragment, mark]] of Object.entries(QUESTIONS)) {
    const times: number[] = [];
    for (let run = 0; run < runs; run++)
      times.push(await waitFor(browser, state, stage.url + fragment, mark));
    times.sort((a, b) => a - b);
    const [least = 0, median = 0] = [times[0], times[runs >> 1]];
    if (fragment === "#/messages" && least > MOST_MS) process.exitCode = 1;
    console.log(`${question}: ${Math.round(least)} ms, ${Math.round(median)} ms`);
  }
  await browser.close();
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
process.exit();
