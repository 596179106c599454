import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/** The rooms of `lib/`, and which rooms each may import from. What is not listed is not allowed. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  message: [],
  runtime: [],
  infobip: ["message", "runtime"],
  log: ["message", "runtime"],
  archive: ["message", "runtime"],
  statistics: ["archive", "message", "runtime"],
  ingest: ["archive", "infobip", "log", "message", "runtime"],
  // Of infobip only what is pure: a page of the log is in Infobip's words until somebody reads it.
  // How all of it is: what each of them keeps about itself.
  health: ["archive", "infobip", "ingest", "log", "runtime"],
  // Of api only how a refusal is worded.
  receive: ["api", "infobip", "ingest", "log", "message", "runtime"],
  api: ["archive", "health", "infobip", "log", "message", "runtime", "statistics"],
  // The page in the browser: what is pure of a report, and nothing of a server.
  console: ["message"],
  // The console's files, served: nothing of what is in the table.
  site: ["runtime"],
};

/** Files that compute and nothing else: they know no SDK, no socket, no file and no clock. */
const PURE = [
  /^lib\/message\//,
  /^lib\/infobip\/(body-text|event|page|report|split|sources|subscription|windows|xml-elements|xml-page)\.ts$/,
  /^lib\/log\/(rows|position|streams)\.ts$/,
  /^lib\/archive\/(bits|block|block-ref|bytes|codec|fresh|fresh-terms|keys|postings|recent-blocks|terms)\.ts$/,
  /^lib\/console\/(route|search\/(?!box|chips)[a-z]+|explain\/tables|views\/overview\/(range|figures))\.ts$/,
  /^lib\/archive\/search\/(filter-schemas|filters|plan)\.ts$/,
  /^lib\/statistics\/alerts\/(bounds|campaigns|choose|counts|finding|follow|notice|past|past-hours|recent|rules|scatter|segment|settings|shares|usual-shares|volume-rules|volumes|watch|watch-state)\.ts$/,
  /^lib\/statistics\/(answer|cells|columns|cube|cube-codec|countries|decimal|dimensions|latency|metrics|packing|row|series|series-codec|times-sum)\.ts$/,
];
/** Bytes in, bytes out. */
const PURE_PACKAGES = ["node:zlib", "valibot", "fast-xml-parser"];

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Where it leads inside the project; undefined for a package. */
  readonly to: string | undefined;
}

const files = ["functions", "infra", "lib"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`),
);
const imports = files.flatMap(importsOf);

describe("the house", () => {
  it("has only the rooms of the plan", () => {
    const rooms = new Set(files.filter((file) => file.startsWith("lib/")).map(roomOf));
    expect([...rooms].sort()).toEqual(Object.keys(ROOMS).sort());
  });

  it("has arrows that go down only", () => {
    const wrong = imports.filter(({ from, to }) => {
      if (!from.startsWith("lib/") || to === undefined) return false;
      const [room, other] = [roomOf(from), roomOf(to)];
      return !to.startsWith("lib/") || (room !== other && !(ROOMS[room] ?? []).includes(other));
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it("has no imports in a circle", () => {
    expect(circles()).toEqual([]);
  });

  it("keeps what is pure from every way to the world, also through others", () => {
    const isPure = (file: string) => PURE.some((pattern) => pattern.test(file));
    const wrong = imports.filter(({ from, specifier, to }) => {
      if (!isPure(from)) return false;
      if (to === undefined) return !PURE_PACKAGES.includes(specifier);
      return !isPure(to) && !PURE_RUNTIME.includes(to);
    });
    expect(wrong.map(told)).toEqual([]);
  });

  it("has no code in production that lives among the tests", () => {
    expect(imports.filter(({ to }) => to?.startsWith("test/")).map(told)).toEqual([]);
  });
});

/** Of `runtime`, what only computes. */
const PURE_RUNTIME = [
  "lib/runtime/kinds.ts",
  "lib/runtime/hash.ts",
  "lib/runtime/errors.ts",
  "lib/runtime/stored.ts",
  "lib/runtime/table.ts",
];

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function told({ from, specifier }: Import): string {
  return `${from} imports ${specifier}`;
}

function importsOf(from: string): Import[] {
  const text = readFileSync(join(ROOT, from), "utf8");
  const found = text.matchAll(/^(?:import|export)\b[^"';]*?from "([^"]+)";|\bimport\("([^"]+)"\)/gm);
  return [...found].map(([, still, dynamic]) => {
    const specifier = still ?? dynamic ?? "";
    const to = specifier.startsWith(".")
      ? relative(ROOT, resolve(ROOT, dirname(from), specifier))
      : undefined;
    return { from, specifier, to };
  });
}

/** Every circle of imports, type imports included: each as the files along it. */
function circles(): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) if (to) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}
