import { expect, onTestFinished, test } from "vitest";
import { startAccount } from "./imitation.ts";
import { Chance, makeMessages } from "./messages.ts";
import { ask, expected, spell } from "./oracle.ts";
import { Product } from "./run.ts";

/** OMNILOG_MESSAGES=3000 OMNILOG_QUERIES=300 for a long look. */
const MESSAGES = Number(process.env.OMNILOG_MESSAGES ?? 1000);
const QUERIES = Number(process.env.OMNILOG_QUERIES ?? 100);

test("messages of every kind are drained and served right, and questions answered as an oracle does", async () => {
  const chance = new Chance(Number(process.env.SEED ?? 1));
  const account = await startAccount(makeMessages(MESSAGES, Date.now(), chance), chance);
  onTestFinished(() => account.close());
  await using product = await Product.prepare({
    INFOBIP_BASE_URL: account.url,
    RECONCILE_INTERVAL_SECONDS: "1",
  });
  product.start();
  expect((await product.differences(account.messages, 90_000)).slice(0, 3)).toEqual([]);
  expect(account.waiting()).toBe(0);
  for (let n = 0; n < QUERIES; n++) {
    const question = ask(account.messages, chance);
    const spelled = spell(question, chance);
    expect(await product.query(spelled), spelled).toEqual(expected(account.messages, question));
  }
}, 300_000);
