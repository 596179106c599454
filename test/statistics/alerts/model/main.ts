import { parseArgs } from "node:util";
import { report } from "./report.ts";

/**
 * npm run alerts:model -- [--months 1000] [--troubles 200] [--seed 1] [--worlds plain,wild] [--volumes 1000,10000]
 *
 * Plays the very rules of lib over simulated segments: quiet months for false alarms, and trouble that must be found. "plain" is the
 * design's own model; "wild" has other rates, nights, campaigns to dead lists, growth, holidays, shifted clocks and new segments.
 */
const { values } = parseArgs({
  options: {
    months: { type: "string", default: "1000" },
    troubles: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    worlds: { type: "string", default: "plain,wild" },
    volumes: { type: "string" },
  },
});
const size = {
  ...{ months: Number(values.months), troubles: Number(values.troubles), seed: Number(values.seed) },
  ...(values.volumes === undefined ? {} : { volumes: values.volumes.split(",").map(Number) }),
};
for (const world of values.worlds.split(",")) {
  if (world !== "plain" && world !== "wild") throw new Error(`there is no world ${world}: plain, wild`);
  if (!report(world, size, console.log)) process.exitCode = 1;
}
