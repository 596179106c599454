import { readFileSync } from "node:fs";
import { expect } from "vitest";

// One seed for everything random of a run, so that a run which failed elsewhere can be repeated: `.ci/run` makes it from the
// commit. Without it each run looks at other values. Loaded only where something is random: most files have a process of their own.
const { OMNILOG_SEED } = process.env;
const { testPath } = expect.getState();
if (OMNILOG_SEED && testPath && readFileSync(testPath, "utf8").includes('from "fast-check"')) {
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(OMNILOG_SEED) });
}
