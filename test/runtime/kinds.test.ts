import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { KINDS, type Kind, keyPatterns, kindsOf } from "../../lib/runtime/kinds.ts";

const LIB = resolve(import.meta.dirname, "../../lib");

/** The modules that may know a key. The console's are a browser's. */
const texts = readdirSync(LIB, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/^console\/|^runtime\/kinds/.test(file))
  .map((file) => ({ file, text: readFileSync(join(LIB, file), "utf8") }))
  .filter(({ text }) => /\bpk\b|PARTITION/.test(text));

/** How the modules call what their keys begin with. */
const NAMED = /PARTITION$|^FRESH(_IDS)?$/;

/** Every key that a module exports: what begins it, a whole one, or one that a function makes. */
const exported = (
  await Promise.all(
    texts.map(async ({ file }) =>
      Object.entries((await import(join(LIB, file))) as Record<string, unknown>).flatMap(([name, value]) => {
        const pk = keyOf(name, value);
        return pk === undefined ? [] : [{ name: `${name} of ${file}`, pk, isWhole: NAMED.test(name) }];
      }),
    ),
  )
).flat();

function keyOf(name: string, value: unknown): string | undefined {
  if (typeof value === "string") return NAMED.test(name) ? value : undefined;
  if (typeof value === "function") return /[pP]artition(Of)?$/.test(name) ? String(value("1")) : undefined;
  const { pk } = (value ?? {}) as { readonly pk?: unknown };
  return typeof pk === "string" ? pk : undefined;
}

describe("the kinds of items", () => {
  it("are told apart by the partition key alone", () => {
    for (const { name, pk } of KINDS) {
      expect(kindsOf(pk.endsWith("#") ? `${pk}something` : pk).map((kind) => kind.name)).toEqual([name]);
    }
  });

  it.each(exported)("agree with the module that makes the keys: $name", ({ pk, isWhole }) => {
    const kinds: readonly Kind[] = kindsOf(pk);
    expect(kinds).toHaveLength(1);
    if (isWhole) expect(pk).toBe(kinds[0]?.pk);
  });

  it("each have a module that makes the keys", () => {
    const made = new Set(exported.flatMap(({ pk }) => kindsOf(pk)).map(({ name }) => name));
    expect([...made].sort()).toEqual(KINDS.map(({ name }) => name).sort());
  });

  it("are known from what the modules export: no module keeps what its keys begin with to itself", () => {
    const hidden = texts.flatMap(({ file, text }) =>
      text
        .split("\n")
        .filter((line) => /^(const|let) \w*PARTITION\b/.test(line) || /\bpk"?: *["'`]/.test(line))
        .filter((line) => !/^export const \w+_KEY = /.test(line))
        .map((line) => `${file}: ${line}`),
    );
    expect(hidden).toEqual([]);
  });

  it("leave clients to people: no job writes them, and only the query reads them", () => {
    for (const job of ["ingest", "reconcile", "settle", "query", "receive"] as const) {
      expect(keyPatterns(job, "writes")).not.toContain("client");
      expect(keyPatterns(job, "reads").includes("client")).toBe(job === "query");
    }
  });

  it("let what the world can push to read only what was pushed", () => {
    expect(keyPatterns("receive", "reads")).toEqual([
      ...["log#push-*", "piece#push-*", "seen#*", "reports#*", "source#push-*"],
    ]);
    expect(keyPatterns("receive", "writes")).toContain("log#push-*");
    expect(keyPatterns("receive", "writes")).not.toContain("log#*");
  });
});
