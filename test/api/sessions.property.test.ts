import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { FailedSignIns } from "../../lib/api/failed-sign-ins.ts";
import {
  isChangeFromOwnPage,
  isJson,
  isOfPage,
  sessionCookie,
  sessionToken,
} from "../../lib/api/own-page.ts";
import type { SignInServices } from "../../lib/api/services.ts";
import { clientOfSession } from "../../lib/api/session-sign-in.ts";
import {
  type Credential,
  isEnded,
  isProof,
  newToken,
  SESSION_MS,
  type Sessions,
} from "../../lib/api/sessions.ts";
import { sha256 } from "../../lib/runtime/hash.ts";

const BEGUN = 1_000_000;

/** One session, of which the rest of the world may change. */
async function worldOf(credential: Credential, client: string) {
  const { createHmac } = await import("node:crypto");
  const token = newToken();
  const session = {
    sk: sha256(token),
    client,
    by: credential.by,
    proof: createHmac("sha256", token).update(`${credential.by} ${credential.text}`).digest("hex"),
    startedMs: BEGUN,
    untilMs: BEGUN + SESSION_MS,
    v: 1 as const,
  };
  const find = async (asked: string, nowMs: number) =>
    asked === token && !isEnded(session, nowMs) ? session : undefined;
  const seen = (world: { pairs?: string; stored?: StoredClient; nowMs?: number }) => {
    const services: SignInServices = {
      credentials: async () => world.pairs ?? "",
      admins: [],
      clients: { find: async (id) => (world.stored?.id === id ? world.stored : undefined) },
      failedSignIns: new FailedSignIns({ perMinute: 1, burst: 1 }),
      sessions: async () => ({ find }) as unknown as Sessions,
      now: () => world.nowMs ?? BEGUN,
    };
    return clientOfSession(token, services).then((found) => found?.id);
  };
  return { session, token, seen };
}

describe("a pair's session", () => {
  test("lasts as long as the very pair is in the secret, and not longer", async () => {
    const { seen } = await worldOf({ by: "pair", text: "ann:se:cret" }, "ann");
    expect(await seen({ pairs: "ann:se:cret" })).toBe("ann");
    expect(await seen({ pairs: "bob:x, ann:se:cret ,eve:y" })).toBe("ann");
    for (const pairs of ["", "ann:changed", "bob:se:cret", "annx:se:cret", "ann:se:cret2", "ann:se"])
      expect(await seen({ pairs })).toBeUndefined();
    expect(await seen({ pairs: "ann:se:cret", nowMs: BEGUN + SESSION_MS - 1 })).toBe("ann");
    expect(await seen({ pairs: "ann:se:cret", nowMs: BEGUN + SESSION_MS })).toBeUndefined();
  });

  test("is not one of a stored client of the same name", async () => {
    const { seen } = await worldOf({ by: "pair", text: "ann:secret" }, "ann");
    expect(await seen({ stored: storedClient("ann") })).toBeUndefined();
  });
});

function storedClient(id: string): StoredClient {
  const { salt, hash } = newSecret();
  return { id, name: id, salt, hash, isTextHidden: false };
}

describe("a stored client's session", () => {
  const stored = storedClient("shop");
  const { salt, hash } = stored;
  const begun = () => worldOf({ by: "stored", text: `${salt} ${hash}` }, "shop");

  test("ends with the client, with its time, and when its id is given to another", async () => {
    const { seen } = await begun();
    expect(await seen({ stored })).toBe("shop");
    expect(await seen({})).toBeUndefined();
    expect(await seen({ stored: { ...stored, untilMs: BEGUN } })).toBeUndefined();
    expect(await seen({ stored: { ...storedClient("shop") } })).toBeUndefined();
  });

  test("outlives a rotation by the overlap of the secret that it was begun with", async () => {
    const { seen } = await begun();
    const rotated = { ...storedClient("shop"), previous: { salt, hash, untilMs: BEGUN + 10 } };
    expect(await seen({ stored: rotated, nowMs: BEGUN + 9 })).toBe("shop");
    expect(await seen({ stored: rotated, nowMs: BEGUN + 10 })).toBeUndefined();
  });
});

test("a proof is of one token and one credential", async () => {
  const credential = fc.record({
    by: fc.constantFrom("pair" as const, "stored" as const),
    text: fc.string(),
  });
  await fc.assert(
    fc.asyncProperty(credential, credential, async (one, other) => {
      const { session, token } = await worldOf(one, "x");
      expect(isProof(session, token, other)).toBe(one.by === other.by && one.text === other.text);
      expect(isProof(session, newToken(), one)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test("a cookie is read back, whatever stands beside it, and one that is there twice is none", () => {
  const other = fc.stringMatching(/^[a-z]{1,8}=[\w ]{0,8}$/);
  fc.assert(
    fc.property(fc.array(other), fc.array(other), (before, after) => {
      const token = newToken();
      const [mine = ""] = sessionCookie(token, 1_000).split(";");
      expect(sessionToken({ cookie: [...before, mine, ...after].join("; ") })).toBe(token);
      expect(sessionToken({ cookie: [...before, mine, ...after, mine].join("; ") })).toBeUndefined();
      expect(sessionToken({ cookie: [...before, ...after].join("; ") })).toBeUndefined();
    }),
  );
});

test("what changes something comes from this host and from nowhere else", () => {
  const own = { "sec-fetch-site": "same-origin", origin: "https://a.example.com", host: "a.example.com" };
  expect(isChangeFromOwnPage(own)).toBe(true);
  expect(isChangeFromOwnPage({ ...own, origin: "http://a.example.com" })).toBe(true);
  for (const wrong of [
    { origin: "https://a.example.com:444" },
    { origin: "https://b.example.com" },
    { origin: "https://a.example.com.evil.com" },
    { origin: "https://evil.com/a.example.com" },
    { origin: "null" },
    { origin: undefined },
    { host: undefined },
    { host: "", origin: "https://" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": undefined },
  ])
    expect([wrong, isChangeFromOwnPage({ ...own, ...wrong })]).toEqual([wrong, false]);
  const types = [
    "application/json",
    "Application/JSON; charset=utf-8",
    "text/plain",
    "application/jsonp",
    "text/plain; application/json",
  ];
  expect(types.map((type) => isJson({ "content-type": type }))).toEqual([true, true, false, false, false]);
});

test("whoever types an address is asked for a password, and no page's request is", () => {
  const navigating = { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" };
  expect([{}, { "sec-fetch-mode": "cors" }, navigating].map(isOfPage)).toEqual([false, false, false]);
  const asking = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };
  const signedIn = { ...navigating, cookie: sessionCookie(newToken(), 1_000) };
  expect([asking, signedIn].map(isOfPage)).toEqual([true, true]);
});
