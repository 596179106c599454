import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { bundleConsole } from "../../infra/console-bundle.ts";
import { routed, serveHandler } from "../../infra/local/http.ts";
import { restricted } from "../functions/rights.ts";
import { CREDENTIALS, type Service, startService } from "../functions/service.ts";

/** Where the pictures go that people look at. */
export const PICTURES = new URL("../../.cache/console/", import.meta.url).pathname;
const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export interface Site extends Service {
  /** A page of a browser of its own, at a view, not signed in; what goes wrong in it is gathered in `faults`. */
  open(fragment?: string, options?: BrowserContextOptions): Promise<Visit>;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts, and what the policy had to forbid. */
  readonly faults: string[];
  signIn(user?: string, secret?: string): Promise<void>;
  /** What axe finds wrong (by these rules, or all), each as a line; the context must bypass the policy. */
  check(rules?: readonly string[]): Promise<string[]>;
}

/** The page as it is built, beside the API, with an embedded database: one origin, as deployed. */
export async function startSite(
  browser: Browser,
  environment: Readonly<Record<string, string>> = {},
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "omnilog-console-"));
  bundleConsole(folder);
  const service = await startService({ CONSOLE_FILES: folder, ...environment });
  const [page, query] = await Promise.all([
    import("../../functions/console.ts"),
    import("../../functions/query.ts"),
  ]);
  const server = await serveHandler(
    routed({ "/console": page.handler, "/": restricted("query", query.handler) }),
    0,
  );
  const address = server.address();
  const url = `http://localhost:${typeof address === "object" ? address?.port : address}`;
  return {
    ...service,
    url,
    open: (fragment = "", options = {}) => visit(browser, `${url}/console${fragment}`, options),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await service[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function visit(browser: Browser, url: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: "Europe/Zurich",
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text());
  });
  await page.goto(url);
  return {
    page,
    context,
    faults,
    async signIn(user, secret) {
      const [name = "", password = ""] = CREDENTIALS.split(":");
      await page.fill("input[name=user]", user ?? name);
      await page.fill("input[name=secret]", secret ?? password);
      await page.keyboard.press("Enter");
      await page.waitForSelector("main:not(.sign-in)");
    },
    async check(rules) {
      await page.evaluate(AXE);
      const found = (await page.evaluate(`axe.run(${rules ? JSON.stringify({ runOnly: rules }) : ""})`)) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      );
    },
  };
}

/** What is true soon; machines may be busy. */
export function until<T>(look: () => Promise<T>, { timeout = 30_000 } = {}) {
  return expect.poll(look, { timeout });
}

/** Waits until the page's fragment is as said. */
export function expectFragment(page: Page, form: RegExp | string): Promise<void> {
  const shown = until(() => page.evaluate("decodeURIComponent(location.hash)"));
  return typeof form === "string" ? shown.toBe(form) : shown.toMatch(form);
}
