import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { type BuildOptions, buildSync } from "esbuild";
import { ASSETS_PATH } from "../lib/site/serve.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** Every name contains a hash of the file's content, so that browsers may cache it for good. */
const NAMES = "[name]-[hash]";

/** How the page is bundled: the entry `main.tsx`, with chunks that it loads later. */
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

/** Files that are compressed already. */
const COMPRESSED = /\.(woff2|png)$/;

/**
 * Builds the page into a folder, which `lib/site` serves: `index.html` and the files that it loads, each also as `.gz`
 * and `.br`. The same sources always produce the same bytes. Throws esbuild's errors.
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

/** The page's HTML, which lists the files that are needed at once; these load the others themselves. */
function shellOf(names: readonly string[]): string {
  const one = (form: RegExp) =>
    names.filter((name) => form.test(name)).map((name) => `${ASSETS_PATH}/${name}`);
  // Fonts come after the script: on a slow line they would delay it, and the system's fonts are shown meanwhile.
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
