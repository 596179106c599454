// Drains 3,000 messages through faults and kills, then gives it two minutes of quiet to have every one of them right:
// `node test/judge/faults.ts [seed] [share of answers with a fault, of each kind]`. NEVER_QUIET=1: the faults go on.
import { setTimeout as sleep } from "node:timers/promises";
import { startAccount } from "./imitation.ts";
import { Chance, makeMessages } from "./messages.ts";
import { Product } from "./run.ts";

const [seed = "1", share = "0.12"] = process.argv.slice(2);
const chance = new Chance(Number(seed));
const account = await startAccount(makeMessages(3000, Date.now(), chance, true), chance);
const product = await Product.prepare({ INFOBIP_BASE_URL: account.url });
account.faultShare = Number(share);
// Not all at once, so that the kills come while there is something to drain.
account.mostPerAnswer = 100;
for (let kill = 0; kill < 8; kill++) {
  product.start();
  await sleep(700 + chance.below(4000));
  await product.kill("SIGKILL");
  console.log(`killed; ${account.waiting()} reports wait`);
}
product.start();
while (account.waiting() > 0) await sleep(500);
const startedMs = Date.now();
account.faultShare = process.env.NEVER_QUIET ? account.faultShare : 0;
const differences = await product.differences(account.messages, 120_000);
const seconds = Math.round((Date.now() - startedMs) / 1000);
console.log(
  `seed ${seed}: ${differences.length} differences after ${seconds} s of quiet`,
  ...differences.slice(0, 5),
);
account.close();
await product.kill("SIGTERM");
process.exit(differences.length > 0 ? 1 : 0);
