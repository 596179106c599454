import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleConsole } from "../../infra/console-bundle.ts";
import { routed, serveHandler } from "../../infra/local/http.ts";
import { restricted } from "../functions/rights.ts";
import { startService } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";
import { CHROMIUM, startChromium } from "./chromium.ts";

/** What a script of the page can do, and find; with the browser's own requests. */
const SIGN_IN = `(async () => {
  const ask = (method, body) => fetch("/omnilog/1/session", {
    method, ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
  });
  const wrong = await ask("POST", { user: "Aladdin", password: "wrong" });
  const right = await ask("POST", { user: "Aladdin", password: "open sesame" });
  const me = await (await ask("GET")).json();
  const logs = await fetch("/omni/1/logs", { headers: { accept: "application/json" } });
  const found = (await logs.json()).results.length;
  return { wrong: wrong.status, right: right.status, me: me.client, logs: logs.status, found, cookie: document.cookie };
})()`;
const SIGN_OUT = `fetch("/omnilog/1/session", { method: "DELETE" })
  .then(() => fetch("/omni/1/logs")).then(({ status }) => status)`;
/** A site of another origin, with all that it can try: its page's requests, its forms. */
const ATTACK = `Promise.all(["GET", "POST", "DELETE"].map((method) =>
  fetch("ORIGIN/omnilog/1/session", { method, credentials: "include", mode: method === "DELETE" ? "cors" : "no-cors" })
    .then(({ type, status }) => type + " " + status, () => "refused")))`;

describe.skipIf(!CHROMIUM)("the console in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "omnilog-console-"));
  let stop: () => Promise<void> = async () => {};
  let browser: Browser;
  let page: Page;
  let url: string;
  const faults: string[] = [];

  beforeAll(async () => {
    bundleConsole(folder);
    process.env.CONSOLE_FILES = folder;
    const service = await startService();
    await service.store([aRecord({ messageId: "m1" })]);
    const [console_, query] = await Promise.all([
      import("../../functions/console.ts"),
      import("../../functions/query.ts"),
    ]);
    const handler = routed({ "/console": console_.handler, "/": restricted("query", query.handler) });
    const server = await serveHandler(handler, 0);
    const address = server.address();
    url = `http://localhost:${typeof address === "object" ? address?.port : address}`;
    browser = await startChromium();
    stop = async () => {
      await browser.close();
      server.close();
      server.closeAllConnections();
      await service[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    };
    page = await (await browser.newContext()).newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
        faults.push(message.text());
    });
  });
  afterAll(() => stop());

  it("loads under its policy without a violation, and shows something", async () => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${url}/console`);
    await expect.poll(() => page.locator("#app").innerText()).toMatch(/\w/);
    expect(asked.filter((each) => !each.startsWith(url))).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("signs in, reads by its cookie, which no script sees, and signs out", async () => {
    await page.goto(`${url}/console`);
    expect(await page.evaluate(SIGN_IN)).toEqual({
      ...{ wrong: 401, right: 200, me: "Aladdin", logs: 200, found: 1, cookie: "" },
    });
    const [cookie] = await page.context().cookies(url);
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict", path: "/" });
    expect(await page.evaluate(SIGN_OUT)).toBe(401);
    expect(await page.context().cookies(url)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("is out of reach of other sites, even while somebody is signed in", async () => {
    await page.goto(`${url}/console`);
    await page.evaluate(SIGN_IN);
    const other = await page.context().newPage();
    // Another origin of the same machine; the server is the same, which does not matter.
    await other.goto(`${url.replace("localhost", "127.0.0.1")}/health`);
    // Its own policy would keep it from asking: a page of somebody else's has none.
    await other.route("**/evil", (route) => route.fulfill({ contentType: "text/html", body: "<p>evil</p>" }));
    await other.goto(`${url.replace("localhost", "127.0.0.1")}/evil`);
    expect(await other.evaluate(ATTACK.replace("ORIGIN", url))).toEqual(["refused", "refused", "refused"]);
    const framed = await other.evaluate(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.src = "${url}/console";
      frame.onload = () => { try { resolve(frame.contentDocument === null ? "blank" : "read"); } catch { resolve("blank"); } };
      document.body.append(frame);
    })`);
    expect(framed).toBe("blank");
    await other.close();
    // And the session is still there.
    expect(await page.evaluate(`fetch("/omnilog/1/session").then(({ status }) => status)`)).toBe(200);
  });

  it("is kept from what its policy forbids: the policy is in force", async () => {
    const tried = `(async () => {
      const failed = [];
      try { document.body.innerHTML = "<b>x</b>"; } catch (error) { failed.push("markup"); }
      try { await fetch("https://example.com/"); } catch (error) { failed.push("elsewhere"); }
      return failed;
    })()`;
    expect(await page.evaluate(tried)).toEqual(["markup", "elsewhere"]);
    // Some of what it says about it comes late.
    await expect.poll(() => faults.length).toBeGreaterThanOrEqual(3);
  });
});
