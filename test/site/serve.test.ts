import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleConsole } from "../../infra/console-bundle.ts";
import { readFiles, type SiteFile } from "../../lib/site/files.ts";
import { serve } from "../../lib/site/serve.ts";

/** What the page may weigh, all of its scripts together, as they are sent: gzip. */
const MOST_SCRIPT_BYTES = 45_000;

let folder: string;
let files: ReadonlyMap<string, SiteFile>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omnilog-site-"));
  bundleConsole(folder);
  files = readFiles(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  serve({ method, path, headers }, files);
const bodyOf = ({ body }: { body: string }) => Buffer.from(body, "base64");

describe("the page", () => {
  test("is asked for each time, with a policy that lets it run nothing but its own files", () => {
    const { statusCode, headers, body } = ask("/console");
    expect([statusCode, headers["cache-control"]]).toEqual([200, "no-cache"]);
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const word of ["base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"])
      expect(policy).toContain(word);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "strict-transport-security": expect.stringContaining("max-age="),
    });
    const html = bodyOf({ body }).toString();
    // Nothing in it that the policy would have to let pass.
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=|javascript:|https?:\/\//i);
  });

  test("is the same below itself for whoever navigates, and nothing for whoever does not", () => {
    const { body } = ask("/console");
    for (const path of ["/console/", "/console/messages", "/console/a/b"])
      expect(ask(path, { accept: "text/html,*/*;q=0.8" })).toMatchObject({ statusCode: 200, body });
    expect(ask("/console/").body).toBe(body);
    for (const path of ["/console/messages", "/console/x.js", "/console/assets/gone.js", "/", "/consoles"])
      expect(ask(path, { accept: "*/*" }).statusCode).toBe(404);
    expect(ask("/console/assets/gone.js", { accept: "text/html" }).statusCode).toBe(404);
  });

  test("is not sent again while it is the same", () => {
    const { etag = "" } = ask("/console").headers;
    expect(ask("/console", { "if-none-match": `"x", ${etag}` })).toMatchObject({ statusCode: 304, body: "" });
    expect(ask("/console", { "if-none-match": '"x"' }).statusCode).toBe(200);
  });

  test("takes no other method", () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
      expect(ask("/console", {}, method)).toMatchObject({ statusCode: 405, headers: { allow: "GET, HEAD" } });
    expect(ask("/console", {}, "HEAD")).toMatchObject({ statusCode: 200, body: "" });
  });
});

describe("what it loads", () => {
  test("is named by what is in it, kept for good, and sent in the form that is asked for", () => {
    for (const [name, file] of files) {
      if (name === "index.html") continue;
      expect(name).toMatch(/-[A-Z0-9]{8}\.\w+$/);
      const path = `/console/assets/${name}`;
      const plain = ask(path);
      expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
      expect(plain.headers["content-type"]).toBe(file.type);
      expect(plain.headers["content-type"]).not.toBe("application/octet-stream");
      if (!file.codings.br) continue;
      const br = ask(path, { "accept-encoding": "gzip, deflate, br, zstd" });
      expect(br.headers["content-encoding"]).toBe("br");
      expect(brotliDecompressSync(bodyOf(br))).toEqual(bodyOf(plain));
      const gzip = ask(path, { "accept-encoding": "br;q=0, gzip" });
      expect(gzip.headers["content-encoding"]).toBe("gzip");
      expect(gunzipSync(bodyOf(gzip))).toEqual(bodyOf(plain));
    }
  });

  test("is what the page names, and weighs little", () => {
    const html = bodyOf(ask("/console")).toString();
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThanOrEqual(3);
    for (const path of named) expect([path, ask(path).statusCode]).toEqual([path, 200]);
    const scripts = [...files].filter(([name]) => name.endsWith(".js"));
    const bytes = scripts.reduce((sum, [, { codings }]) => sum + (codings.gzip?.length ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual(MOST_SCRIPT_BYTES);
  });

  test("is the same bytes whenever and wherever it is built", () => {
    const other = mkdtempSync(join(tmpdir(), "omnilog-site-"));
    bundleConsole(other);
    for (const name of files.keys())
      expect(readFileSync(join(other, name)).equals(readFileSync(join(folder, name)))).toBe(true);
    expect([...readFiles(other).keys()]).toEqual([...files.keys()]);
    rmSync(other, { recursive: true });
  });
});

test("no path leads out of the folder", () => {
  const part = fc.constantFrom(
    "..",
    ".",
    "assets",
    "console",
    "",
    "%2e%2e",
    "etc",
    "passwd",
    "index.html",
    "main",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.string(), (parts, web) => {
      for (const path of [
        `/console/${parts.join("/")}`,
        `/console/assets/${parts.join("/")}`,
        `/console/assets/${web}`,
      ]) {
        const { statusCode } = ask(path);
        if (path !== "/console/") expect([path, statusCode]).toEqual([path, 404]);
      }
    }),
  );
  for (const path of [
    "/console/assets/../assets/index.html",
    "/console/assets/__proto__",
    "/console/assets/index.html",
  ])
    expect(ask(path).statusCode).toBe(404);
});
