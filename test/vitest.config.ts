import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const ROOT = new URL("..", import.meta.url).pathname;

// Many files have a process of their own, and many tests start more of them: modules are compiled once, and not each time.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, "node_modules/.cache/compiled");

/** What a test imports that is more than a pure one needs: a database, a server, a process, a stack, a browser. */
const HEAVY =
  /from "[^"]*(?:\/table|\/collector|\/database|\/service|commands\/run|synthesis|imitation\/(?:client|server)|client-dynamodb|node:child_process|playwright-core)(?:\.ts)?"/;
/** Pure, and yet of the kind that is long: they make answers of many megabytes, or play long histories. */
const LONG = ["test/api/large-answers.test.ts"];
/** Tests that are long by their nature, each with a command of its own (`npm run test:console`, `npm run test:queries`), which CI runs, too. */
const OWN_COMMAND = ["test/console/**/*.integration.test.ts", "test/judge/**"];
/** A stack takes seconds to make, and loading what makes it, too. */
const OF_STACK = /from "[^"]*synthesis\.ts"/;
/** Here each test opens what it uses and closes it again. */
const OF_ROOM = /^test\/(?:archive|infobip|ingest|log|runtime|statistics)\//;
/** A handler keeps what its environment said at first. */
const OF_HANDLER = /from "[^"]*functions\//;

const textOf = (path: string) => readFileSync(join(ROOT, path), "utf8");
const isPure = (path: string) =>
  !/\.(integration|fault)\.test\.ts$/.test(path) &&
  !/^test\/(judge|simulation)\//.test(path) &&
  !LONG.includes(path) &&
  !HEAVY.test(textOf(path));

const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `test/${name}`);
const pure = tests.filter(isPure);
const stack = tests.filter((path) => OF_STACK.test(textOf(path)));
const rooms = tests
  .filter((path) => OF_ROOM.test(path) && !OF_HANDLER.test(textOf(path)))
  .filter((path) => !pure.includes(path));

/**
 * Four projects: `pure` (alone: `npm run test:quick`), `stack` and `rooms`, of which the files share a worker, since they leave
 * nothing behind, and `parts`, everything else. `OMNILOG_LANE=all` adds those with a command of their own.
 */
export default defineConfig({
  test: {
    root: ROOT,
    setupFiles: ["test/seed.setup.ts"],
    // Tests wait for a database, servers and processes more than they count: one core need not stay idle.
    maxWorkers: "100%",
    // Patience with a machine that is slow and busy; what has to be quick says so itself.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      { extends: true, test: { name: "stack", include: stack, isolate: false } },
      { extends: true, test: { name: "rooms", include: rooms, isolate: false } },
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: [
            ...[...pure, ...stack, ...rooms],
            ...(process.env.OMNILOG_LANE === "all" ? [] : OWN_COMMAND),
          ],
        },
      },
    ],
  },
});
