import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { PURE } from "./pure-files.ts";
import { specifiersOf, worldIn } from "./source-text.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** The rooms of `lib/`, and which rooms each may import from. What is not listed is not allowed. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  message: [],
  /** The base of errors, which the room below all others has. */
  runtime: ["message"],
  infobip: ["message", "runtime"],
  log: ["message", "runtime"],
  archive: ["message", "runtime"],
  statistics: ["archive", "message", "runtime"],
  ingest: ["archive", "infobip", "log", "message", "runtime"],
  // How all of it is: what each of them keeps about itself.
  health: ["archive", "infobip", "ingest", "log", "runtime"],
  // Of api only how a refusal is worded.
  receive: ["api", "infobip", "ingest", "log", "runtime"],
  // Of infobip only what is pure: a page of the log is in Infobip's words until somebody reads it.
  api: ["archive", "health", "infobip", "log", "message", "runtime", "statistics"],
  // The page in the browser: what is pure of a report, and nothing of a server.
  console: ["message"],
  // The console's files, served: nothing of what is in the table.
  site: ["runtime"],
};

/** Of `runtime`, what only computes. */
const PURE_RUNTIME = [
  "lib/runtime/kinds.ts",
  "lib/runtime/table-rights.ts",
  "lib/runtime/hash.ts",
  "lib/runtime/errors.ts",
  "lib/runtime/stored.ts",
  "lib/runtime/table.ts",
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
const imports = files.flatMap((file) => importsOf(file, textOf(file)));

describe("the house", () => {
  it("has only the rooms of the plan", () => {
    const rooms = new Set(files.filter((file) => file.startsWith("lib/")).map(roomOf));
    expect([...rooms].sort()).toEqual(Object.keys(ROOMS).sort());
  });

  it("is drawn in lib/README.md as it is", () => {
    const text = readFileSync(join(ROOT, "lib/README.md"), "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)\/` \|.*\| ([^|]+) \|$/gm)].map(([, room = "", known = ""]) => {
      const names = known.replaceAll(/ \([^)]*\)/g, "").split(", ");
      return [room, names.filter((name) => name !== "nothing").sort()];
    });
    expect(Object.fromEntries(rows)).toEqual(ROOMS);
    const taken = imports.map(({ from, to }) => `${roomOf(from)} to ${roomOf(to ?? "")}`);
    const drawn = Object.entries(ROOMS).flatMap(([room, others]) =>
      others.map((other) => `${room} to ${other}`),
    );
    expect(drawn.filter((arrow) => !taken.includes(arrow))).toEqual([]);
  });

  it("has arrows that go down only", () => {
    expect(imports.filter(isUpwards).map(told)).toEqual([]);
  });

  it("has no imports in a circle", () => {
    expect(circles()).toEqual([]);
  });

  it("keeps what is pure from every way to the world, also through others", () => {
    expect(imports.filter(isImpure).map(told)).toEqual([]);
    const wrong = files
      .filter(isPure)
      .flatMap((file) => worldIn(textOf(file)).map((word) => `${file}: ${word}`));
    expect(wrong).toEqual([]);
  });

  it("has no code in production that lives among the tests", () => {
    expect(imports.filter(({ to }) => to?.startsWith("test/")).map(told)).toEqual([]);
  });
});

describe("would see, in a pure file,", () => {
  const FILE = "lib/message/merge.ts";
  const plant = (line: string) => `${textOf(FILE)}\n${line}\n`;

  it.each([
    'import "node:fs";',
    'import { readFileSync } from "node:fs";',
    'import type { Stats } from "node:fs";',
    'import {\n  readFileSync,\n} from "node:fs";',
    "import 'node:fs';",
    'import fs from "node:fs"',
    'export * from "node:fs";',
    'export { readFileSync } from "node:fs";',
    'const fs = await import("node:fs");',
    'const fs = await import(\n  /* later */ "node:fs"\n);',
    "const fs = await import(`node:fs`);",
    'type Stats = import("node:fs").Stats;',
    'const fs = require("node:fs");',
  ])("an import of a package that does I/O: %s", (line) => {
    const found = importsOf(FILE, plant(line)).filter(isImpure);
    expect(found.map(({ specifier }) => specifier)).toEqual(["node:fs"]);
  });

  it.each(['import "%";', 'import { x } from "%";', 'export * from "%";', 'const x = await import("%");'])(
    "an arrow upwards: %s",
    (line) => {
      for (const upwards of ["../../functions/ingest.ts", "../api/router.ts", "../../infra/local.ts"]) {
        const found = importsOf(FILE, plant(line.replace("%", upwards))).filter(isUpwards);
        expect(found.map(({ specifier }) => specifier)).toEqual([upwards]);
      }
    },
  );

  it.each([
    ...["Date.now()", "const now = Date.now;", "new Date()", "new Date;", "Date()", "performance.now()"],
    ...["Math.random()", "crypto.randomUUID()", "crypto.getRandomValues(bytes)", "randomBytes(8)"],
    ...['fetch("https://example.com")', "await fetch(url)", "process.env.HOME", "process.stdout.write(text)"],
    ...["setTimeout(f, 1)", "setInterval(f, 1)", "AbortSignal.timeout(1)", "globalThis.fetch(url)"],
    ...[
      `\`\${Date.now()}\``,
      `\`\${{ a: \`\${Math.random()}\` }.a}\``,
      "const third = 1 / 3, now = Date.now() / 1;",
    ],
  ])("a way to the world: %s", (line) => {
    expect(worldIn(plant(line))).not.toEqual([]);
  });

  it.each([
    ...[
      "// Date.now()",
      "/* fetch(url)\n new Date() */",
      '"Math.random()"',
      "'process.env'",
      "`Date.now() $1`",
    ],
    ...[
      "new Date(0)",
      "new Date(epochMs).getTime()",
      "const named = /process.env|fetch(x)/;",
      "clock.now()",
      "services.fetch(url)",
    ],
    ...["const quote = /[\"'`]/; // Date.now()", "const text = `\\`Date.now()`;"],
  ])("nothing wrong in what only computes: %s", (line) => {
    expect(worldIn(plant(line))).toEqual([]);
  });
});

function isUpwards({ from, to }: Import): boolean {
  if (!from.startsWith("lib/") || to === undefined) return false;
  const [room, other] = [roomOf(from), roomOf(to)];
  return !to.startsWith("lib/") || (room !== other && !(ROOMS[room] ?? []).includes(other));
}

function isPure(file: string): boolean {
  return PURE.some((pattern) => pattern.test(file)) || PURE_RUNTIME.includes(file);
}

function isImpure({ from, specifier, to }: Import): boolean {
  if (!PURE.some((pattern) => pattern.test(from))) return false;
  return to === undefined ? !PURE_PACKAGES.includes(specifier) : !isPure(to);
}

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}

function told({ from, specifier }: Import): string {
  return `${from} imports ${specifier}`;
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function importsOf(from: string, text: string): Import[] {
  return specifiersOf(text).map((specifier) => {
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
