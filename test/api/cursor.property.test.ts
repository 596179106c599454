import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cursors, cursorsOf, logsBinding } from "../../lib/api/cursor.ts";
import { OMNI_PARAMETERS, parseLogsRequest } from "../../lib/api/parameters.ts";

const OLD = "the-key-before-of-32-characters-or-more";
const NEW = "the-key-of-today-of-32-characters-or-more";
const cursors = new Cursors([NEW]);
const AFTER = "251610000000000\u0001m \u{1f600}\u0001SMS";
const BINDING = logsBinding("me", { to: "1" });
const order = fc.string({ unit: "grapheme", minLength: 1 }).map((text) => text.toWellFormed());

test("a cursor says where to go on, for the client and the filter it was made for", () => {
  fc.assert(
    fc.property(order, (after) => {
      const cursor = cursors.seal(after, BINDING);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(cursors.open(cursor, BINDING)).toBe(after);
      expect(cursors.open(cursor, logsBinding("me", { to: "2" }))).toBeUndefined();
      expect(cursors.open(cursor, logsBinding("you", { to: "1" }))).toBeUndefined();
    }),
  );
});

test("any position comes back, whatever its last bytes", () => {
  const text = fc.string({ unit: "binary" }).map((any) => any.toWellFormed());
  fc.assert(
    fc.property(text, fc.nat(70), (any, zeros) => {
      const position = any + "\u0000".repeat(zeros);
      expect(cursors.open(cursors.seal(position, BINDING), BINDING)).toBe(position);
    }),
  );
});

test("a filter's conditions are the same in any order", () => {
  const cursor = cursors.seal(AFTER, logsBinding("me", { to: "1", from: "2" }));
  expect(cursors.open(cursor, logsBinding("me", { from: "2", to: "1" }))).toBe(AFTER);
});

test("a cursor that was altered anywhere is none", () => {
  const cursor = cursors.seal(AFTER, BINDING);
  const altered = fc.record({
    at: fc.nat(cursor.length),
    drop: fc.nat(2),
    put: fc.string({ maxLength: 2 }),
  });
  fc.assert(
    fc.property(altered, ({ at, drop, put }) => {
      const other = cursor.slice(0, at) + put + cursor.slice(at + drop);
      fc.pre(other !== cursor);
      expect(cursors.open(other, BINDING)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test("every single byte counts", () => {
  const bytes = Buffer.from(cursors.seal(AFTER, BINDING), "base64url");
  for (let at = 0; at < bytes.length; at++) {
    const other = Buffer.from(bytes);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(cursors.open(other.toString("base64url"), BINDING), `byte ${at}`).toBeUndefined();
  }
});

test("nothing of a position shows: not its text, and not the length of an id", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9]{6,10}$/);
  fc.assert(
    fc.property(id, (messageId) => {
      const cursor = cursors.seal(`251610000000000\u0001${messageId}\u0001SMS`, BINDING);
      const seen = [cursor, Buffer.from(cursor, "base64url").toString("latin1")].join(" ");
      expect(seen).not.toContain(messageId);
      expect(seen).not.toContain("251610000000000");
      expect(cursor).toHaveLength(cursors.seal("251610000000000\u0001123456\u0001SMS", BINDING).length);
    }),
  );
});

test("what two cursors have in common is only that they were made of the same", () => {
  const nonceOf = (cursor: string) => Buffer.from(cursor, "base64url").subarray(1, 13).toString("hex");
  const sealed = ["a", "b", "ab"].flatMap((at) => [
    cursors.seal(at, BINDING),
    cursors.seal(at, `${BINDING}a`),
  ]);
  expect(new Set(sealed.map(nonceOf)).size).toBe(6);
  expect(cursors.seal("a", BINDING)).toBe(sealed[0]);
});

describe("keys", () => {
  test("while one is replaced, both are accepted, and the new one seals", () => {
    const [before, during, after] = [cursorsOf(OLD), cursorsOf(`${NEW}, ${OLD}`), cursorsOf(NEW)];
    expect(during.open(before.seal(AFTER, BINDING), BINDING)).toBe(AFTER);
    expect(after.open(during.seal(AFTER, BINDING), BINDING)).toBe(AFTER);
    expect(before.open(during.seal(AFTER, BINDING), BINDING)).toBeUndefined();
    expect(after.open(before.seal(AFTER, BINDING), BINDING)).toBeUndefined();
  });

  test("a missing or short one is said, not worked around", () => {
    expect(() => cursorsOf("").seal(AFTER, BINDING)).toThrow(/CURSOR_KEY is missing/);
    expect(() => cursorsOf("").open("x", BINDING)).toThrow(/CURSOR_KEY is missing/);
    for (const short of ["secret", `${NEW},secret`]) {
      expect(() => cursorsOf(short).seal(AFTER, BINDING)).toThrow(/at least 32 characters/);
      expect(() => cursorsOf(short).open("x", BINDING)).toThrow(/at least 32 characters/);
    }
  });
});

test("a request with a cursor of ours goes on from there; with any other it is refused", () => {
  const cursor = cursors.seal(AFTER, logsBinding("me", { from: "Shop" }));
  const parse = (query: string) =>
    parseLogsRequest(query, OMNI_PARAMETERS, undefined, (sealed, filter) =>
      cursors.open(sealed, logsBinding("me", filter)),
    );
  const query = (from: string) => String(new URLSearchParams({ from, cursor }));
  expect(parse(query("Shop"))).toMatchObject({ request: { after: AFTER, useCursor: true } });
  for (const wrong of [query("Bank"), "cursor=abc", "cursor=", "cursor=.", `cursor=${cursor}.x`])
    expect(parse(wrong)).toMatchObject({ violations: { cursor: [expect.any(String)] } });
});
