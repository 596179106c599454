import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAuthorization } from "../../lib/api/credentials.ts";
import { isAdmitted, parsePushers } from "../../lib/receive/pushers.ts";

const KEY = "a key";
const body = Buffer.from('{"results":[]}');
const signature = createHmac("sha256", KEY).update(body).digest();
const base64 = signature.toString("base64");
const isSigned = (value: string) =>
  isAdmitted(
    { headers: { "x-signature": value }, pathSecret: "", body },
    parsePushers(`hmac X-Signature SHA-256 ${KEY}`),
  );

test("a signature is right in hexadecimal and in base64, padded or not, and behind the name of its algorithm", () => {
  for (const text of [signature.toString("hex"), base64, base64.replace("=", "")])
    for (const name of ["", "SHA256=", "sha-256="]) expect(isSigned(name + text), name + text).toBe(true);
  for (const name of ["MD5=", "SHA512=", "sha1="])
    expect(isSigned(name + signature.toString("hex"))).toBe(false);
});

/** A text that differs from another by a character that is changed, added or left out. */
const spoilt = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(1), fc.constantFrom("", ..."ABCxyz019+/=-_! \t\n\0é"))
    .map(([at, taken, put]) => text.slice(0, at) + put + text.slice(at + taken))
    .filter((other) => other.trim() !== text && other.trim() !== text.replace(/=+$/, ""));

test("whatever else is made of it is wrong", () => {
  fc.assert(
    fc.property(spoilt(base64), (text) => void expect(isSigned(text)).toBe(false)),
    { numRuns: 2_000 },
  );
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  // The last letter has bits that say nothing.
  const others = [...letters].map((letter) => base64.slice(0, -2) + letter + base64.slice(-1));
  expect(others.filter(isSigned)).toEqual([base64]);
});

test("a Basic pair is in base64 and in nothing like it, for who pushes and for who asks", () => {
  const pair = Buffer.from("infobip:push me!").toString("base64");
  const isLetIn = (given: string) =>
    isAdmitted(
      { headers: { authorization: `Basic ${given}` }, pathSecret: "", body },
      parsePushers("basic infobip:push me!"),
    );
  for (const given of [pair, pair.replace(/=+$/, "")]) {
    expect(isLetIn(given)).toBe(true);
    expect(parseAuthorization(`Basic ${given}`)).toEqual({
      scheme: "basic",
      id: "infobip",
      secret: "push me!",
    });
  }
  fc.assert(
    fc.property(spoilt(pair), (given) => void expect(isLetIn(given)).toBe(false)),
    { numRuns: 2_000 },
  );
  for (const given of [`${pair}!!`, `*${pair}`, `${pair.replace(/=+$/, "")}=x`, "c:_-"])
    expect(parseAuthorization(`Basic ${given}`)).toBeUndefined();
});
