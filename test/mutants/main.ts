import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { bundlePrevious } from "../simulation/previous.ts";
import { MUTANTS } from "./list.ts";
import type { Mutant } from "./mutant.ts";

/**
 * Plants bugs, one by one, in a copy of the project, and asks those tests that are to see them, which takes seconds, and else the
 * simulation. Exits with 1 when a bug survives, or cannot be planted any more because the code has changed.
 * `--schedules 2000` for each, `--only <part of a name or of a file's>`, `--list`.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "2000" },
    only: { type: "string", default: "" },
    list: { type: "boolean", default: false },
  },
});
const ROOT = resolve(import.meta.dirname, "../..");
const COPIED = ["functions", "infra", "lib", "test", "package.json", "tsconfig.json"];
const MOST_MINUTES = 10;

const mutants = MUTANTS.filter(({ name, file }) => [name, file].some((text) => text.includes(values.only)));
/** All that is asked must pass without a bug. */
const UNCHANGED: Mutant = {
  ...{ name: "none", file: "package.json", search: "{", replace: "{", harm: "none" },
  tests: [...new Set(mutants.flatMap(({ tests = [] }) => tests))],
};
if (values.list) for (const { name, file, harm } of mutants) console.log(`${name} (${file}): ${harm}`);
else process.exitCode = (await plantAll()) ? 0 : 1;

async function plantAll(): Promise<boolean> {
  const outdated = mutants.filter((mutant) => !isPlantable(mutant));
  for (const { name, file } of outdated)
    console.log(`OUT OF DATE: ${name}: its text does not stand in ${file} once`);
  // The copies have no history; what is made here they share.
  if ((await bundlePrevious()) === undefined)
    console.log("Git does not have the previous version: what only that would show survives.");
  const control = await plant(UNCHANGED);
  if (control) throw new Error(`without a bug one was found ${control}: it would be for every other, too`);
  const survivors: Mutant[] = [];
  for (const mutant of mutants.filter(isPlantable)) {
    const found = await plant(mutant);
    console.log(`${found ? `found ${found}` : "SURVIVED"}: ${mutant.name}`);
    if (!found) survivors.push(mutant);
  }
  console.log(
    `${mutants.length - outdated.length - survivors.length} of ${mutants.length} planted bugs were found` +
      (survivors.length > 0 ? `; not: ${survivors.map(({ name }) => name).join(", ")}` : ""),
  );
  return survivors.length + outdated.length === 0;
}

function isPlantable({ file, search }: Mutant): boolean {
  return readFileSync(join(ROOT, file), "utf8").split(search).length === 2;
}

/** By what the bug was found; undefined if it survived. */
async function plant({ file, search, replace, tests, isOnlyForTests }: Mutant): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "omnilog-mutant-"));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const path = join(folder, file);
    // A function, so that a dollar in the text means itself.
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(search, () => replace),
    );
    const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts"];
    const isAsked = tests !== undefined && tests.length > 0;
    if (isAsked && (await run(process.execPath, [...vitest, ...tests], folder)).isFailed)
      return "by the tests";
    if (isOnlyForTests) return undefined;
    const schedules = ["test/simulation/main.ts", "--stop", "--schedules", values.schedules];
    const { isFailed, words } = await run(process.execPath, schedules, folder);
    if (isFailed)
      return `by the simulation${/: seed \d+/.exec(words)?.[0] ?? ", which does not play it at all"}`;
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What has not ended after so many minutes has found nothing: a slow machine is no proof. */
async function run(
  command: string,
  given: readonly string[],
  cwd: string,
): Promise<{ isFailed: boolean; words: string }> {
  const child = spawn(command, given, {
    cwd,
    stdio: ["ignore", "pipe", "ignore"],
    timeout: MOST_MINUTES * 60_000,
  });
  const [words, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return { isFailed: typeof code === "number" && code !== 0, words };
}
