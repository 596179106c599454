import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { MUTANTS } from "./list.ts";

const ROOT = resolve(import.meta.dirname, "../..");

test.for(MUTANTS)("$name can be planted", ({ file, search, replace, tests = [] }) => {
  const parts = readFileSync(join(ROOT, file), "utf8").split(search);
  expect(parts).toHaveLength(2);
  expect(replace).not.toBe(search);
  // No test at all would count as one that fails.
  for (const path of tests) expect(existsSync(join(ROOT, path)), path).toBe(true);
});

test("there are at least 30, each with a name of its own", () => {
  const names = new Set(MUTANTS.map(({ name }) => name));
  expect(names.size).toBe(MUTANTS.length);
  expect(names.size).toBeGreaterThanOrEqual(30);
});
