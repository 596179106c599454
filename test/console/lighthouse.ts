import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { CHROMIUM } from "../browser/chromium.ts";
import { startStage } from "./stage/stage.ts";

/**
 * npm run lighthouse -- [--runs 3] [--reports 20000] [--only sign-in,overview,messages] [--keep FOLDER]
 *
 * Measures the console as Lighthouse's telephone does (slow 4G, a processor four times slower): the sign-in, the overview and a page of
 * messages, signed in, with so many reports in an embedded database. Ends with 1 when the best of a figure is below 95: what else runs on this
 * machine makes it worse, and nothing makes it better. Lighthouse
 * weighs 200 MB with its packages, so that npm fetches it when it is asked for, and keeps it in its cache.
 */
const LIGHTHOUSE = "lighthouse@13.5.0";
const VIEWS = { "sign-in": "", overview: "#/overview", messages: "#/messages" };
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
const LEAST = 95;
const MEASURES = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "total-blocking-time",
  "cumulative-layout-shift",
] as const;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    reports: { type: "string", default: "20000" },
    only: { type: "string", default: Object.keys(VIEWS).join(",") },
    keep: { type: "string" },
  },
});

interface Report {
  readonly environment: { readonly benchmarkIndex: number };
  readonly categories: Readonly<Record<string, { readonly score: number }>>;
  readonly audits: Readonly<
    Record<string, { readonly numericValue?: number; readonly score: number | null; readonly title: string }>
  >;
}

/** On a busy machine it sometimes finds no beginning in what it recorded: that is no measurement, and it is taken again. */
const MOST_TRIES = 3;

async function measure(url: string, headersFile: string, tries = 1): Promise<Report> {
  try {
    return await measureOnce(url, headersFile);
  } catch (error) {
    if (tries >= MOST_TRIES || !/NO_NAVSTART|PROTOCOL_TIMEOUT/.test(String(error))) throw error;
    return measure(url, headersFile, tries + 1);
  }
}

async function measureOnce(url: string, headersFile: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    "npm",
    [
      ...["exec", "--yes", `--package=${LIGHTHOUSE}`, "--", "lighthouse", url, "--output=json", "--quiet"],
      ...[`--only-categories=${CATEGORIES.join(",")}`, `--extra-headers=${headersFile}`],
      "--chrome-flags=--headless=new --no-sandbox",
    ],
    { maxBuffer: 1e9, env: { ...process.env, CHROME_PATH: CHROMIUM, npm_config_loglevel: "error" } },
  );
  return JSON.parse(stdout);
}

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

async function main(): Promise<void> {
  if (!CHROMIUM) throw new Error("there is no Chromium (Debian: apt-get install chromium)");
  await using stage = await startStage({ reports: Number(values.reports) });
  const folder = mkdtempSync(join(tmpdir(), "omnilog-lighthouse-"));
  let isGood = true;
  for (const [view, fragment] of Object.entries(VIEWS)) {
    if (!values.only.split(",").includes(view)) continue;
    const headersFile = join(folder, `${view}.json`);
    writeFileSync(headersFile, JSON.stringify(view === "sign-in" ? {} : { cookie: await stage.signIn() }));
    const reports: Report[] = [];
    for (let run = 0; run < Number(values.runs); run++)
      reports.push(await measure(stage.url + fragment, headersFile));
    isGood = tell(view, reports) && isGood;
    if (values.keep) writeFileSync(join(values.keep, `${view}.json`), JSON.stringify(reports[0]));
  }
  rmSync(folder, { recursive: true });
  process.exitCode = isGood ? 0 : 1;
}

/** Says what was measured, the best and the median; gives whether the best of everything is good enough. */
function tell(view: string, reports: readonly Report[]): boolean {
  const scores = CATEGORIES.map((name) =>
    sorted(reports.map(({ categories }) => Math.round((categories[name]?.score ?? 0) * 100))),
  );
  const told = CATEGORIES.map((name, at) => `${name} ${scores[at]?.at(-1)} (${middle(scores[at])})`);
  const times = MEASURES.map((name) => {
    const all = sorted(reports.map(({ audits }) => Math.round(audits[name]?.numericValue ?? 0)));
    return `${name} ${all[0]} (${middle(all)})`;
  });
  console.log(`${view}: ${told.join(", ")}`);
  console.log(`  ${times.join(", ")}; this machine's index ${indexOf(reports)}`);
  return scores.every((each) => (each.at(-1) ?? 0) >= LEAST);
}

const middle = (numbers: readonly number[] = []) => numbers[numbers.length >> 1];
/** How fast this machine was just then, by Lighthouse's own measure: below 1,000 its telephone is slower than meant. */
const indexOf = (reports: readonly Report[]) =>
  sorted(reports.map(({ environment }) => Math.round(environment.benchmarkIndex))).join(" to ");

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
process.exit();
