import { resolve } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { FILES_FOLDER } from "../lib/site/files.ts";
import { bundleConsole } from "./console-bundle.ts";
import { shrinkSourceMaps } from "./source-maps.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** The Lambdas, each the handler of the file in functions/ of this name. */
export const FUNCTION_NAMES = ["ingest", "reconcile", "settle", "query", "receive", "console"] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** What Lambda is told to run: the export `handler` of index.mjs. */
export const HANDLER = "index.handler";

/** The folder of each Lambda's code: index.mjs, what it loads on demand, and the source maps. */
export type Bundles = Readonly<Record<FunctionName, string>>;

/** How a Lambda is bundled; the one place, for the stack, the tests and the measurements. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // What is imported on demand is a file of its own, so that a cold start does not read it.
  splitting: true,
  chunkNames: "[name]-[hash]",
  // The SDK's CommonJS, which platform "node" would prefer, is not shaken: 200 KB more of each bundle.
  mainFields: ["module", "main"],
  outExtension: { ".js": ".mjs" },
  sourcemap: true,
  // The map tells file and line; the sources themselves would triple the archive that a cold start loads.
  sourcesContent: false,
  legalComments: "none",
  alias: { "@aws-sdk/credential-provider-node": resolve(import.meta.dirname, "lambda-credentials.ts") },
  // What remains of CommonJS asks for Node's own modules through `require`.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  absWorkingDir: ROOT,
  logLevel: "warning",
} as const satisfies BuildOptions;

/** Bundles every Lambda into a folder of its own below `outdir`. Throws what esbuild finds wrong. */
export function bundleFunctions(outdir = resolve(ROOT, "dist")): Bundles {
  for (const name of FUNCTION_NAMES) {
    buildSync({
      ...BUNDLE_OPTIONS,
      outdir: resolve(outdir, name),
      entryPoints: { index: `functions/${name}.ts` },
    });
    shrinkSourceMaps(resolve(outdir, name));
  }
  bundleConsole(resolve(outdir, "console", FILES_FOLDER));
  return {
    ingest: resolve(outdir, "ingest"),
    reconcile: resolve(outdir, "reconcile"),
    settle: resolve(outdir, "settle"),
    query: resolve(outdir, "query"),
    receive: resolve(outdir, "receive"),
    console: resolve(outdir, "console"),
  };
}
