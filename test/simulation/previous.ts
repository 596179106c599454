import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { VERSION, type Version } from "./version.ts";

/**
 * The commit whose code runs beside the present one in some schedules, as it does while a stack is deployed. Whoever
 * releases moves it on to what is deployed then: any commit that git has, whose files version.ts can name.
 */
export const PREVIOUS_COMMIT = "0fd2cdd204d54b3a851cc1eb3c03cc9e32af0d6b";

const ROOT = resolve(import.meta.dirname, "../..");
const CACHE = join(ROOT, "node_modules/.cache/previous");
const ENTRY = "test/simulation/version.ts";
const BUNDLED = ["lib", "package.json", "tsconfig.json", "test/simulation"];

const TRAP =
  'const trap = () => { throw new Error("time or chance of the platform was used: take it from the clock"); };';

let loaded: Promise<Version> | undefined;

/** The previous version; the present one where git does not have that commit. Loaded once for a process. */
export function previousVersion(): Promise<Version> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Version> {
  const file = await bundlePrevious();
  if (file === undefined) return VERSION;
  const { VERSION: previous } = (await import(pathToFileURL(file).href)) as { VERSION: Version };
  return previous;
}

/**
 * Makes one module of the previous version, unless it is there already, and gives its path; undefined where git does not
 * have that commit: an archive, or a clone without its history. Packages stay what they are: of them there is one version,
 * and the model of the database knows its commands by their classes.
 */
export async function bundlePrevious(commit = PREVIOUS_COMMIT): Promise<string | undefined> {
  const entry = readFileSync(join(ROOT, ENTRY), "utf8");
  const hash = createHash("sha256").update(commit).update(entry).update(TRAP).digest("hex").slice(0, 16);
  const file = join(CACHE, `${hash}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(CACHE, { recursive: true });
  const tree = mkdtempSync(join(CACHE, "tree-"));
  try {
    const archive = execFileSync("git", ["archive", commit, ...BUNDLED], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 28,
    });
    execFileSync("tar", ["-x"], { cwd: tree, input: archive });
    // A version that names its own entry points is asked for those.
    const own = join(tree, ENTRY);
    if (!existsSync(own)) writeFileSync(own, entry);
    const { buildSync } = await import("esbuild");
    const outfile = join(tree, "bundle.mjs");
    buildSync({
      entryPoints: [own],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      // What it keeps of the platform from the moment when it is loaded; all else is under control while the simulation runs.
      banner: { js: TRAP },
      define: { "Date.now": "trap", "Math.random": "trap", "performance.now": "trap" },
      logLevel: "silent",
    });
    // At once, so that another process never loads half of it.
    renameSync(outfile, file);
    return file;
  } catch (error) {
    if (isWithoutCommit(error)) return undefined;
    throw error;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Did git say no, or is there none? What esbuild says is another matter: then the entry points have moved. */
function isWithoutCommit(error: unknown): boolean {
  return error instanceof Error && ("status" in error || ("code" in error && error.code === "ENOENT"));
}
