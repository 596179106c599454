import { resolve } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import { FILES_FOLDER } from "../lib/site/files.ts";
import { bundleConsole } from "./console-bundle.ts";
import { shrinkSourceMaps } from "./source-maps.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** The Lambdas. Each is the handler of the file in functions/ with this name. */
export const FUNCTION_NAMES = ["ingest", "reconcile", "settle", "query", "receive", "console"] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** The handler setting of Lambda: the export `handler` of index.mjs. */
export const HANDLER = "index.handler";

/** The folder of each Lambda's code: index.mjs, chunks that it loads on demand, and source maps. */
export type Bundles = Readonly<Record<FunctionName, string>>;

/** How a Lambda is bundled, for the stack, the tests and the measurements alike. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // Dynamic imports become files of their own, so that a cold start does not read them.
  splitting: true,
  chunkNames: "[name]-[hash]",
  // The SDK's CommonJS, which platform "node" would prefer, cannot be tree-shaken: 200 KB more in each bundle.
  mainFields: ["module", "main"],
  outExtension: { ".js": ".mjs" },
  sourcemap: true,
  // The map has file and line; the sources would triple the archive that a cold start loads.
  sourcesContent: false,
  legalComments: "none",
  alias: { "@aws-sdk/credential-provider-node": resolve(import.meta.dirname, "lambda-credentials.ts") },
  // Remaining CommonJS code loads Node's own modules with `require`.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  absWorkingDir: ROOT,
  logLevel: "warning",
} as const satisfies BuildOptions;

/** Bundles every Lambda into a folder of its own below `outdir`. Throws esbuild's errors. */
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
