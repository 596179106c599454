import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const SKIPPED = new Set(["node_modules", ".git", "cdk.out", "dist", ".cache", ".data"]);
const documents = markdownIn(ROOT);
const scripts: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;

describe.each(documents)("%s", (document) => {
  const text = readFileSync(join(ROOT, document), "utf8");

  it("links to what is there", () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path);
    const missing = links.filter((path) => !existsSync(join(ROOT, dirname(document), path)));
    expect(missing).toEqual([]);
  });

  it("names files that exist", () => {
    // A path in code quotes, or at the start of a table's cell, such as `lib/message/merge.ts`.
    const paths = text.matchAll(/(?<![\w/.-])((?:functions|infra|lib|test)\/[\w/.-]+\.(?:tsx?|json|md)\b)/g);
    const missing = [...paths].map(([path]) => path).filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  it("names commands that exist", () => {
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts as object, name ?? ""))).toEqual([]);
  });
});

it("README.md can be read in one sitting", () => {
  expect(readFileSync(join(ROOT, "README.md"), "utf8").split("\n").length).toBeLessThanOrEqual(151);
});

function markdownIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !SKIPPED.has(name))
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return markdownIn(path);
      return name.endsWith(".md") ? [relative(ROOT, path)] : [];
    });
}
