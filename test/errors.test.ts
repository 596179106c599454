import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { Refusal } from "../lib/api/refusals.ts";
import * as messageErrors from "../lib/message/errors.ts";
import { isTransient } from "../lib/runtime/dynamodb.ts";
import * as runtimeErrors from "../lib/runtime/errors.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** What runs in a browser has its own; and Lambda is told of a failure by an error of the name that it had. */
const OTHERS = [/^lib\/console\//, /^lib\/runtime\/lambda\.ts$/];
/** The list: two files, because the room of what a report is knows no other. */
const LIST = {
  "lib/message/errors.ts": messageErrors,
  "lib/runtime/errors.ts": runtimeErrors,
  "lib/api/refusals.ts": { Refusal },
};
const files = globSync("lib/**/*.{ts,tsx}", { cwd: ROOT })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !OTHERS.some((other) => other.test(path)))
  .map((path) => ({ path, text: readFileSync(resolve(ROOT, path), "utf8") }));

test("there is one closed list of errors, each with a code of its own", () => {
  const { OwnError, ...ofMessages } = messageErrors;
  const { UpstreamRefusal, OtherFormatError, ...named } = runtimeErrors;
  const made = [
    ...Object.values({ ...ofMessages, ...named }).map((Class) => new Class("what is wrong")),
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
      "BROKEN_RECORD",
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
  const list = Object.entries(LIST).flatMap(([path, names]) =>
    Object.keys(names).map((name) => ({ path, name })),
  );
  expect(classes.sort()).toEqual(list.map(({ path, name }) => `${path} ${name}`).sort());
  const bare = files.flatMap(({ path, text }) => bareIn(text).map((name) => `${path}: ${name}`));
  expect(bare).toEqual([]);
});

test.each(["Error", "TypeError", "RangeError", "AggregateError", "DOMException"])(
  "a bare %s is seen",
  (name) => {
    expect(bareIn(`  throw new ${name}("x");\n`)).toEqual([name]);
    expect(bareIn(`  reject(\n new  ${name} (\n"x"));\n`)).toEqual([name]);
  },
);

/** The errors that a file makes and that are not of the list. */
function bareIn(text: string): string[] {
  const names = Object.values(LIST).flatMap((own) => Object.keys(own));
  const made = [
    ...text.matchAll(/\bnew\s+(\w*Error|DOMException)\b|\bthrow\s+((?:Type|Range|Syntax)?Error)\s*\(/g),
  ];
  return made.map(([, name, thrown]) => name ?? thrown ?? "").filter((name) => !names.includes(name));
}

test("what is broken is not tried again as if it would pass", () => {
  expect(isTransient(new messageErrors.BrokenRecordError("x"))).toBe(false);
  expect(isTransient(new runtimeErrors.BrokenItemError("x"))).toBe(false);
  expect(isTransient(new runtimeErrors.BusyError("x"))).toBe(true);
});

test("whoever knows the format of an item refuses another in a sentence: it reads by parseStored", () => {
  const knowing = files.filter(({ text }) => /^\s+v: v\.literal\(/m.test(text));
  expect(knowing.length).toBeGreaterThan(10);
  const unprotected = knowing.filter(({ text }) => !/parseStored\(|safeParse\(/.test(text));
  expect(unprotected.map(({ path }) => path)).toEqual([]);
});
