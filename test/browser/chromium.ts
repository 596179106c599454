import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** Where a Chromium is: CHROMIUM names it, or it is on the path; undefined when there is none. */
export const CHROMIUM = [
  process.env.CHROMIUM ?? "",
  ...(process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => [
      join(folder, "chromium"),
      join(folder, "chromium-browser"),
      join(folder, "google-chrome"),
    ]),
].find((path) => path !== "" && existsSync(path));

if (!CHROMIUM)
  console.warn("no Chromium here: what drives a browser is skipped (Debian: apt-get install chromium)");

/** Starts it without a window. Its sandbox does not work for root, as who CI runs everything. */
export function startChromium(): Promise<Browser> {
  if (!CHROMIUM) throw new Error("there is no Chromium");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}
