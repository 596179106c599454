import type { Page } from "playwright-core";
import type { Visit } from "./site.ts";

const TYPED = [
  "41791000001",
  "status:failed",
  "channel:SMS since:2h",
  "colour:red",
  "id:x",
  'from:"My Brand"',
  "<b>&",
  "until:today",
];
const KEYS = ["j", "k", "Enter", "Escape", "/", ".", "?", "1", "2", "3", "4", "Tab", "ArrowDown"];

/** The numbers of a seed, each at least 0 and less than 1 (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** So many steps of somebody who presses and clicks whatever there is. Gives what was done, to be told when it goes wrong. */
export async function walk({ page, signIn }: Visit, steps: number, next: () => number): Promise<string[]> {
  const done: string[] = [];
  const one = <T>(of: readonly T[]) => of[Math.floor(next() * of.length)] as T;
  for (let step = 0; step < steps; step++) {
    if (await page.locator("input[name=secret]").count()) await signIn();
    const dice = next();
    if (dice < 0.35) done.push(await press(page, one(KEYS)));
    else if (dice < 0.5) done.push(await type(page, one(TYPED)));
    else if (dice < 0.58) {
      await page.goBack({ timeout: 2_000 }).catch(() => {});
      done.push("back");
      if (!page.url().includes("/console")) await page.goForward();
    } else if (dice < 0.62) {
      await page.setViewportSize({ width: one([320, 768, 1440]), height: 800 });
      done.push("resize");
    } else done.push(await click(page, next));
  }
  return done;
}

async function press(page: Page, key: string): Promise<string> {
  await page.keyboard.press(key);
  return key;
}

async function type(page: Page, text: string): Promise<string> {
  const box = page.locator("#search");
  if (!(await box.isVisible())) return "nothing to type into";
  await box.fill(text, { timeout: 1_000 }).catch(() => {});
  await page.keyboard.press("Enter");
  return `type ${text}`;
}

/** Clicks anything that can be seen and clicked, but does not leave. */
async function click(page: Page, next: () => number): Promise<string> {
  const all = page.locator("a:visible, button:visible, summary:visible, svg[role=img]:visible");
  const count = await all.count();
  if (count === 0) return "nothing to click";
  const chosen = all.nth(Math.floor(next() * count));
  const name = await chosen
    .evaluate("element => element.ariaLabel ?? element.textContent", undefined, { timeout: 500 })
    .catch(() => "gone");
  await chosen.click({ timeout: 500 }).catch(() => {});
  return `click ${name}`;
}
