import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const ROOT = new URL("..", import.meta.url).pathname;

/** What a test imports that is more than a pure one needs: a database, a server, a process, a stack, a browser. */
const HEAVY =
  /from "[^"]*(?:\/table|\/collector|\/database|\/service|commands\/run|synthesis|imitation\/(?:client|server)|client-dynamodb|node:child_process|playwright-core)(?:\.ts)?"/;
/** Pure, and yet of the kind that is long: they make answers of many megabytes, or play long histories. */
const LONG = ["test/api/large-answers.test.ts"];
/** Tests that are long by their nature, each with a command of its own (`npm run test:console`, `npm run test:queries`), which CI runs, too. */
const OWN_COMMAND = ["test/console/**/*.integration.test.ts", "test/judge/**"];

const isPure = (path: string) =>
  !/\.(integration|fault)\.test\.ts$/.test(path) &&
  !/^test\/(judge|simulation)\//.test(path) &&
  !LONG.includes(path) &&
  !HEAVY.test(readFileSync(join(ROOT, path), "utf8"));

const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `test/${name}`);
const pure = tests.filter(isPure);

/**
 * Two projects: `pure` (alone: `npm run test:quick`) and `parts`, everything else. `OMNILOG_LANE=all` adds those with a
 * command of their own. Pure tests leave nothing behind, so that their files share a worker, which saves a third of the time.
 */
export default defineConfig({
  test: {
    root: ROOT,
    // Tests wait for a database, servers and processes more than they count: one core need not stay idle.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    setupFiles: ["test/seed.setup.ts"],
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: [...pure, ...(process.env.OMNILOG_LANE === "all" ? [] : OWN_COMMAND)],
        },
      },
    ],
  },
});
