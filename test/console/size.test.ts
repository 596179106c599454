import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { bundleConsole } from "../../infra/console-bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "omnilog-console-size-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the page is small: what a telephone loads before it shows anything, and in all", () => {
  bundleConsole(folder);
  const bytes = (form: RegExp) =>
    readdirSync(folder)
      .filter((name) => form.test(name))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
  expect(bytes(/\.js$/)).toBeGreaterThan(10_000);
  expect(bytes(/\.js$/)).toBeLessThan(36_000);
  expect(bytes(/\.css$/)).toBeLessThan(8_000);
  expect(bytes(/\.tsv$/)).toBeLessThan(16_000);
});

test("no source writes HTML, a style attribute or code as text, which the policy would forbid", () => {
  const root = new URL("../../lib/console/", import.meta.url).pathname;
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const FORBIDDEN =
    /innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function|\bstyle=|dangerously/;
  expect(sources.filter((name) => FORBIDDEN.test(readFileSync(join(root, name), "utf8")))).toEqual([]);
});
