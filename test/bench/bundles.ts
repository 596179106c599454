import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { BUNDLE_OPTIONS, bundleFunctions, FUNCTION_NAMES } from "../../infra/bundle.ts";
import { percentile, type Table } from "./table.ts";

const CACHE = resolve(import.meta.dirname, "../../.cache");
const IMPORTS = 15;
const MOST_BYTES = 1.35;
const MOST_MS = 1.25;

const COMPARED = {
  "an empty handler": "export const handler = async () => ({});",
  "the two DynamoDB clients": `
    import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
    import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
    export const handler = (event) => client.send(new QueryCommand(event));`,
} as const;

/** Bytes and time to import of each Lambda, beside an empty one and one with only the DynamoDB clients. */
export function benchBundles(table: Table): void {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "bundles-"));
  try {
    const files = { ...buildCompared(folder), ...buildOurs(folder) };
    const times = importTimes(files);
    const minimal = files["the two DynamoDB clients"] ?? "";
    const [leastBytes, leastMs] = [loadedBytes(minimal), times.get(minimal) ?? Number.NaN];
    table.section(`bundles, and the median time to import of ${IMPORTS}`);
    for (const [name, file] of Object.entries(files)) {
      const isQuery = name === "query";
      const bytes = loadedBytes(file);
      table.add({
        ...{ name: `${name}, bytes`, measured: bytes, unit: "B", floor: leastBytes },
        ...(isQuery ? { goal: { most: MOST_BYTES * leastBytes } } : {}),
      });
      table.add({
        ...{ name: `${name}, import`, measured: times.get(file) ?? Number.NaN, unit: "ms", floor: leastMs },
        ...(isQuery ? { goal: { most: MOST_MS * leastMs } } : {}),
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildOurs(folder: string): Record<string, string> {
  const bundles = bundleFunctions(folder);
  return Object.fromEntries(FUNCTION_NAMES.map((name) => [name, join(bundles[name], "index.mjs")]));
}

function buildCompared(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(COMPARED).map(([name, contents], n) => {
      const outdir = join(folder, `compared-${n}`);
      const stdin = { contents, resolveDir: resolve(CACHE, "..") };
      buildSync({ ...BUNDLE_OPTIONS, outdir, stdin });
      return [name, join(outdir, "stdin.mjs")];
    }),
  );
}

/** The bytes that a cold start loads: a file and what it imports, but not what it imports on demand. */
function loadedBytes(file: string, seen = new Set<string>()): number {
  if (seen.has(file)) return 0;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const imported = [...text.matchAll(/(?:from|import)\s*"(\.\/[^"]+)"/g)].map((match) => match[1] ?? "");
  const bytes = imported.map((path) => loadedBytes(join(dirname(file), path), seen));
  return Buffer.byteLength(text) + bytes.reduce((a, b) => a + b, 0);
}

/** The median of each, measured in turn so that a slow moment of the machine meets all of them. */
function importTimes(files: Readonly<Record<string, string>>): Map<string, number> {
  const times = new Map(Object.values(files).map((file) => [file, [] as number[]]));
  for (let n = 0; n < IMPORTS; n++) for (const [file, of] of times) of.push(importTime(file));
  return new Map([...times].map(([file, of]) => [file, percentile(of, 0.5)]));
}

function importTime(file: string): number {
  const script = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t)`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", script]).toString());
}
