import { expect, onTestFinished, test } from "vitest";
import { startAccount } from "./imitation.ts";
import { Chance, makeMessages } from "./messages.ts";
import { ask, expected, spell } from "./oracle.ts";
import { Product } from "./run.ts";

test("3,000 messages of every kind are drained and served right, and 300 questions answered as an oracle does", async () => {
  const chance = new Chance(Number(process.env.SEED ?? 1));
  const account = await startAccount(makeMessages(3000, Date.now(), chance), chance);
  onTestFinished(() => account.close());
  await using product = await Product.prepare({
    INFOBIP_BASE_URL: account.url,
    RECONCILE_INTERVAL_SECONDS: "1",
  });
  product.start();
  expect((await product.differences(account.messages, 90_000)).slice(0, 3)).toEqual([]);
  expect(account.waiting()).toBe(0);
  for (let n = 0; n < 300; n++) {
    const question = ask(account.messages, chance);
    const spelled = spell(question, chance);
    expect(await product.query(spelled), spelled).toEqual(expected(account.messages, question));
  }
}, 150_000);
