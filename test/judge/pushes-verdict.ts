import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Truth } from "./messages.ts";
import { keyOf } from "./oracle.ts";
import type { Told } from "./pushes-messages.ts";
import type { PushedProduct } from "./pushes-product.ts";

/** How what is served differs from the truth; all zero and empty when nothing does. */
export interface Verdict {
  readonly missing: number;
  readonly differing: number;
  readonly twice: number;
  readonly forged: number;
  readonly unknown: number;
  /** Of histories: events that are missing, too many, or of another type; reports that are there twice. */
  readonly histories: number;
  /** The first of what is wrong, in words. */
  readonly examples: readonly string[];
}

/** Compares until nothing differs, or until for so long nothing has become better. */
export async function judged(
  product: PushedProduct,
  told: readonly Told[],
  { patienceMs, histories, say }: { patienceMs: number; histories: number; say: (line: string) => void },
): Promise<Verdict> {
  await merged(product, patienceMs, say);
  let [endMs, fewest] = [Date.now() + patienceMs, Infinity];
  for (;;) {
    const found = await compare(product, told, { histories, say });
    const wrong = found.missing + found.differing + found.histories;
    say(`looked: ${found.missing} missing, ${found.differing} differing`);
    if (wrong < fewest) endMs = Date.now() + patienceMs;
    fewest = Math.min(fewest, wrong);
    if (found.examples.length === 0 || Date.now() > endMs) return found;
    await sleep(1000);
  }
}

interface Health {
  readonly push?: { readonly kinds: readonly { readonly waitingPages: number }[] };
}

/** Waits until the product says that nothing waits to be merged, or until for so long it has merged nothing: what it says decides nothing. */
async function merged(
  product: PushedProduct,
  patienceMs: number,
  say: (line: string) => void,
): Promise<void> {
  let [endMs, fewest] = [Date.now() + patienceMs, Infinity];
  while (fewest > 0 && Date.now() < endMs) {
    const { push } = await product.get<Health>("/omnilog/1/health");
    const waiting = (push?.kinds ?? []).reduce((sum, { waitingPages }) => sum + waitingPages, 0);
    if (waiting < fewest) endMs = Date.now() + patienceMs;
    fewest = Math.min(fewest, waiting);
    say(`${waiting} pages wait to be merged`);
    if (waiting > 0) await sleep(5_000);
  }
}

async function compare(
  product: PushedProduct,
  told: readonly Told[],
  { histories, say }: { histories: number; say: (line: string) => void },
): Promise<Verdict> {
  const byKey = new Map<string, Truth>();
  const examples: string[] = [];
  let [twice, forged, unknown] = [0, 0, 0];
  const wanted = new Map(told.map((message) => [keyOf(message.truth), message]));
  const sinceMs = Math.min(...told.map(({ facts }) => facts.sentAtMs)) - 1;
  for await (const record of product.served(sinceMs)) {
    const key = keyOf(record);
    if (byKey.has(key)) examples.push(`twice: ${key} (${++twice})`);
    byKey.set(key, record);
    if (key.startsWith("forged-")) examples.push(`forged: ${key} (${++forged})`);
    else if (!wanted.has(key) && !key.startsWith("malformed-"))
      examples.push(`unknown: ${key} (${++unknown})`);
  }
  say(`${byKey.size} records were served`);
  const missing = told.filter(({ truth }) => !byKey.has(keyOf(truth)));
  const differing = told.filter(({ truth }) => {
    const own = byKey.get(keyOf(truth));
    return own && !isDeepStrictEqual(own, plain(truth));
  });
  examples.push(...missing.slice(0, 3).map(({ truth, shape }) => `missing: ${keyOf(truth)} (${shape})`));
  for (const { truth, shape } of differing.slice(0, 3))
    examples.push(
      `${shape}: ${JSON.stringify(plain(truth))}\n  but ${JSON.stringify(byKey.get(keyOf(truth)))}`,
    );
  const wrong = missing.length > 0 ? [] : await wrongHistories(product, told, histories);
  examples.push(...wrong.slice(0, 3));
  const counts = { missing: missing.length, differing: differing.length, histories: wrong.length };
  return { ...counts, twice, forged, unknown, examples };
}

/** As it comes over the wire. */
function plain(truth: Truth): Truth {
  return JSON.parse(JSON.stringify(truth)) as Truth;
}

interface History {
  readonly messages: readonly Truth[];
  readonly history: readonly { readonly type: string; readonly way: string; readonly report?: object }[];
}

/** Looks at the histories of so many messages: those to which something happened first. */
async function wrongHistories(
  product: PushedProduct,
  told: readonly Told[],
  count: number,
): Promise<string[]> {
  const order = [...told].sort((a, b) => b.events.length - a.events.length);
  // Half of those with events, and half of those without, as far as there are any.
  const half = count >> 1;
  const some = [...order.slice(0, half), ...order.slice(order.length - half)];
  const wrong: string[] = [];
  for (const { truth, events, shape } of some) {
    const { history, messages } = await product.get<History>(
      `/omnilog/1/messages/${encodeURIComponent(truth.messageId)}`,
    );
    const types = history.map(({ type }) => type).filter((type) => type !== "REPORT");
    const should = events.map(({ type }) => type);
    const reports = history.flatMap(({ type, report }) =>
      type === "REPORT" ? [JSON.stringify(report)] : [],
    );
    const own = messages.filter(({ channel }) => channel === truth.channel);
    const faults = [
      ...(isDeepStrictEqual(types.sort(), should.sort()) ? [] : [`has ${types} and should have ${should}`]),
      ...(own.length === 1 && reports.length > 0
        ? []
        : [`${own.length} messages, ${reports.length} reports`]),
      ...(new Set(reports).size === reports.length ? [] : ["has a report twice"]),
    ];
    if (faults.length > 0) wrong.push(`history of ${keyOf(truth)} (${shape}): ${faults.join("; ")}`);
  }
  return wrong;
}
