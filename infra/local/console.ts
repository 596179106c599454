import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleConsole } from "../console-bundle.ts";

/** The console's page, built from the sources as they are now: the name of its folder, which goes with this process. */
export function builtConsole(): string {
  const folder = mkdtempSync(join(tmpdir(), "omnilog-console-"));
  bundleConsole(folder);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
