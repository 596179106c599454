// A pusher that was not made by whoever made the receiver: `npm run test:pushes -- --reports 100000 [--seed 1] [--kills 5]
// [--forgeries 10000]`. All bodies in JSON and XML, a tenth of them twice, in any order, a fifth also pulled, with signatures
// that are right, wrong and withdrawn, through kills and refusals. Ends with 1 unless everything is there, once, and right.
import { parseArgs } from "node:util";
import { tryPushes } from "./pushes-judge.ts";

const { values } = parseArgs({
  options: {
    reports: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    kills: { type: "string", default: "5" },
    forgeries: { type: "string", default: "10000" },
    histories: { type: "string", default: "500" },
    timed: { type: "string", default: "200" },
  },
});
const numbers = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));
const startedMs = Date.now();
// So that nothing that was started is left behind.
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));
const { examples, wrongAnswers, ...outcome } = await tryPushes({
  ...(numbers as Record<keyof typeof values, number>),
  say: (line) => console.log(`${Math.round((Date.now() - startedMs) / 1000)} s: ${line}`),
});
for (const example of [...examples, ...wrongAnswers].slice(0, 20)) console.log(example);
const { missing, differing, twice, forged, unknown, histories, messages, pushes, ...latencies } = outcome;
console.log(`seed ${values.seed}: ${values.reports} reports of ${messages} messages in ${pushes} pushes`);
console.table({
  missing,
  differing,
  twice,
  forged,
  unknown,
  histories,
  "wrong answers": wrongAnswers.length,
});
console.table(latencies);
process.exitCode = examples.length + wrongAnswers.length > 0 ? 1 : 0;
