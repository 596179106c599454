import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { PURE } from "./pure-files.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** Where time and chance of the platform are taken from; all else gets them as arguments, or the simulation would not decide. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  "lib/runtime/clock.ts": ["Date.now", "setTimeout", "Math.random"],
  "lib/runtime/lambda.ts": ["Date.now"],
  "lib/runtime/telemetry.ts": ["Date.now"],
  "lib/api/clients.ts": ["Date.now"],
  /** Within the page's own script, which runs in a browser. */
  "lib/api/docs-page.ts": ["AbortSignal.timeout"],
  /** Guards the sending of a request, whose answer then counts as lost; the simulation has its own. */
  "lib/infobip/client.ts": ["AbortSignal.timeout"],
  "lib/infobip/subscriptions-client.ts": ["AbortSignal.timeout"],
  /** Guards a request to SNS, of which only that it was taken counts. */
  "lib/statistics/alerts/publish.ts": ["AbortSignal.timeout"],
};
/** Keys, salts and nonces: nothing that is decided rests on them. */
const SECRETS = /^lib\/(api|runtime)\//;

/** What runs in a reader's browser has that one's clock; but what is pure of it gets its time as an argument, like all else. */
const BROWSER = /^lib\/console\//;

const CHANCE =
  /\b(Date\.now|new Date(?:\(\)|(?!\s*\())|(?<!new )Date\(\)|performance\.now|setTimeout|setInterval|setImmediate|Math\.random|AbortSignal\.timeout)/g;
const RANDOM_BYTES = /\b(randomUUID|randomBytes|randomInt|getRandomValues)\b/g;

test("time and chance come from the clock alone", () => {
  const files = readdirSync(join(ROOT, "lib"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `lib/${name}`)
    .filter((file) => !BROWSER.test(file) || PURE.some((pure) => pure.test(file)));
  const found = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    const used = [...text.matchAll(CHANCE), ...(SECRETS.test(file) ? [] : text.matchAll(RANDOM_BYTES))].map(
      ([name]) => name,
    );
    return used.filter((name) => !EDGES[file]?.includes(name)).map((name) => `${file} uses ${name}`);
  });
  expect(found).toEqual([]);
});
