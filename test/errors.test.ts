import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { Refusal } from "../lib/api/refusals.ts";
import * as errors from "../lib/runtime/errors.ts";

const ROOT = resolve(import.meta.dirname, "..");
/**
 * What runs in a browser has its own; Lambda is told of a failure by an error of the name that it had; and what a report is knows
 * no other room: that something stored is not a report at all, it can only say in its own words.
 */
const OTHERS = [/^lib\/console\//, /^lib\/runtime\/lambda\.ts$/, /^lib\/message\//];
const files = globSync("lib/**/*.{ts,tsx}", { cwd: ROOT })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !OTHERS.some((other) => other.test(path)))
  .map((path) => ({ path, text: readFileSync(resolve(ROOT, path), "utf8") }));

test("there is one closed list of errors, each with a code of its own", () => {
  const { OwnError, UpstreamRefusal, OtherFormatError, ...named } = errors;
  const made = [
    ...Object.values(named).map((Class) => new Class("what is wrong")),
    new UpstreamRefusal("unauthorized"),
    new OtherFormatError("log", 2),
    new Refusal(400, "BAD_REQUEST", "Bad request"),
  ];
  for (const error of made) expect(error).toBeInstanceOf(OwnError);
  const codes = made.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.sort()).toMatchInlineSnapshot(`
    [
      "BAD_REQUEST",
      "BROKEN_ITEM",
      "BUSY",
      "CONFIGURATION",
      "INVALID_INPUT",
      "OTHER_FORMAT",
      "unauthorized",
    ]
  `);
});

test("no class of errors is anywhere else, and nothing throws a bare one", () => {
  const classes = files.flatMap(({ path, text }) =>
    [...text.matchAll(/class (\w+) extends \w*Error\b/g)].map(([, name]) => `${path} ${name}`),
  );
  const own = Object.keys(errors).filter((name) => name !== "OwnError");
  expect(classes.sort()).toEqual(
    [
      "lib/api/refusals.ts Refusal",
      ...["OwnError", ...own].map((name) => `lib/runtime/errors.ts ${name}`),
    ].sort(),
  );
  const bare = files.filter(({ text }) => /\bnew Error\(/.test(text));
  expect(bare.map(({ path }) => path)).toEqual([]);
});

test("whoever knows the format of an item refuses another in a sentence: it reads by parseStored", () => {
  const knowing = files.filter(({ text }) => /^\s+v: v\.literal\(/m.test(text));
  expect(knowing.length).toBeGreaterThan(10);
  const unprotected = knowing.filter(({ text }) => !/parseStored\(|safeParse\(/.test(text));
  expect(unprotected.map(({ path }) => path)).toEqual([]);
});
