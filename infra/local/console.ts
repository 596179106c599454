import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleConsole } from "../console-bundle.ts";

/** Builds the console's page from the current sources; returns its folder, which is deleted with this process. */
export function builtConsole(): string {
  const folder = mkdtempSync(join(tmpdir(), "omnilog-console-"));
  bundleConsole(folder);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
