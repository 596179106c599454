import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../runtime/hash.ts";

/** The folder of the built page, next to the code that serves it. */
export const FILES_FOLDER = "files";

/** How a file can be sent: as it is, or as compressed at build time. */
const CODINGS = { br: ".br", gzip: ".gz", identity: "" } as const;
export type Coding = keyof typeof CODINGS;

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  tsv: "text/tab-separated-values; charset=utf-8",
  woff2: "font/woff2",
};

export interface SiteFile {
  readonly type: string;
  /** A hash of the content for If-None-Match, quoted; weak, because all codings share it. */
  readonly etag: string;
  readonly codings: Readonly<Partial<Record<Coding, Buffer>>>;
}

/**
 * Reads every file of a built page into memory, by name: there are about a dozen. Nothing else is served, whatever a
 * path says. Throws what reading the folder throws.
 */
export function readFiles(folder: string): ReadonlyMap<string, SiteFile> {
  const names = readdirSync(folder);
  const plain = names.filter((name) => !/\.(br|gz)$/.test(name));
  return new Map(plain.map((name) => [name, fileOf(folder, name, new Set(names))]));
}

function fileOf(folder: string, name: string, names: ReadonlySet<string>): SiteFile {
  const there = Object.entries(CODINGS).filter(([, ending]) => names.has(name + ending));
  const codings = there.map(([coding, ending]) => [coding, readFileSync(join(folder, name + ending))]);
  return {
    type: TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    etag: `W/"${sha256(readFileSync(join(folder, name))).slice(0, 32)}"`,
    codings: Object.fromEntries(codings),
  };
}
