// One seed for everything random of a run, so that a run which failed elsewhere can be repeated: `.ci/run` makes it from the
// commit. Without it each run looks at other values.
const { OMNILOG_SEED } = process.env;
if (OMNILOG_SEED) {
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(OMNILOG_SEED) });
}

export {};
