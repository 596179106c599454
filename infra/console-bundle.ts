import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { type BuildOptions, buildSync } from "esbuild";
import { ASSETS_PATH } from "../lib/site/serve.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** Every name holds a hash of what is in the file, so that browsers may keep it for good. */
const NAMES = "[name]-[hash]";

/** How the page is bundled: the entry `main.tsx`, what it loads later beside it. */
const OPTIONS = {
  entryPoints: { main: "lib/console/main.tsx", icon: "lib/console/icon.svg" },
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: NAMES,
  chunkNames: NAMES,
  assetNames: NAMES,
  publicPath: ASSETS_PATH,
  loader: { ".woff2": "file", ".svg": "copy", ".tsv": "file" },
  legalComments: "none",
  absWorkingDir: ROOT,
  outdir: ROOT,
  logLevel: "warning",
  write: false,
} as const satisfies BuildOptions;

/** What is not worth compressing, or is already. */
const COMPRESSED = /\.(woff2|png)$/;

/**
 * Builds the page into a folder, which `lib/site` serves: `index.html`, the files that it loads, and each as `.gz` and `.br`
 * beside it. The same sources always make the same bytes. Throws what esbuild finds wrong.
 */
export function bundleConsole(folder: string): void {
  const files = new Map(
    buildSync(OPTIONS).outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]),
  );
  files.set("index.html", Buffer.from(shellOf([...files.keys()].sort())));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) {
    writeFileSync(resolve(folder, name), content);
    if (COMPRESSED.test(name)) continue;
    writeFileSync(resolve(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    writeFileSync(resolve(folder, `${name}.br`), brotliCompressSync(content, { params }));
  }
}

/** The page's HTML, which names what it needs at once: the other files load these themselves. */
function shellOf(names: readonly string[]): string {
  const one = (form: RegExp) =>
    names.filter((name) => form.test(name)).map((name) => `${ASSETS_PATH}/${name}`);
  // The letters come after what draws them: on a slow line they would hold the script up, and others stand in for them.
  const head = [
    ...one(/^main-\w+\.css$/).map((url) => `<link rel="stylesheet" href="${url}">`),
    ...one(/^inter-latin-wght.*\.woff2$/).map(
      (url) =>
        `<link rel="preload" as="font" type="font/woff2" href="${url}" crossorigin fetchpriority="low">`,
    ),
    ...one(/^icon-\w+\.svg$/).map((url) => `<link rel="icon" type="image/svg+xml" href="${url}">`),
    ...one(/^main-\w+\.js$/).map((url) => `<script type="module" src="${url}"></script>`),
  ];
  const shell = readFileSync(resolve(ROOT, "lib/console/index.html"), "utf8");
  return shell.replace("<!-- files -->", head.join("\n"));
}
