import { expect, test } from "vitest";
import { AUTHORIZATION, type Infobip } from "../../../infra/local/imitation/server.ts";
import { startAtNoon } from "./client.ts";

const PROFILE = {
  profileId: "p",
  webhook: { notifyUrl: "https://example.com/push/sms" },
  security: { authId: "a", type: "BASIC", credentials: { username: "u", password: "w" } },
};
const SUBSCRIPTION = { subscriptionId: "s", events: ["DELIVERY", "SEEN"], profile: PROFILE };

async function send(infobip: Infobip, method: string, path: string, body?: unknown) {
  const response = await fetch(`${infobip.url}/subscriptions/1/${path}`, {
    method,
    headers: { authorization: AUTHORIZATION },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), location: response.headers.get("location") };
}

test("one call makes subscription, profile and security, and each can be read, changed and removed", async () => {
  await using infobip = await startAtNoon();
  const made = await send(infobip, "POST", "subscription/SMS", SUBSCRIPTION);
  const ids = { subscriptionId: "s", profile: { profileId: "p", security: { authId: "a" } } };
  expect(made).toEqual({ status: 201, body: ids, location: "/subscriptions/1/subscription/SMS/s" });
  // SMS has no SEEN: what is not available for a channel is ignored.
  expect((await send(infobip, "GET", "subscription/SMS/s")).body).toEqual({ ...ids, events: ["DELIVERY"] });
  expect((await send(infobip, "GET", "profiles/p")).body).toMatchObject({ security: { authId: "a" } });
  expect((await send(infobip, "GET", "security/a")).body).toEqual(PROFILE.security);
  const page = await send(infobip, "GET", "subscription/SMS?size=1");
  expect(page.body).toMatchObject({
    results: [ids],
    paging: { page: 0, size: 1, totalPages: 1, totalResults: 1 },
  });
  const update = { webhook: { notifyUrl: "https://example.com/other" }, maxBucketSize: 2000 };
  expect((await send(infobip, "PUT", "profiles/p", update)).body).toEqual({ profileId: "p" });
  expect((await send(infobip, "DELETE", "profiles/p")).body).toMatchObject(
    violation("profileId", "is in use"),
  );
  for (const path of ["subscription/SMS/s", "profiles/p", "security/a"]) {
    expect((await send(infobip, "DELETE", path)).status, path).toBe(200);
    expect((await send(infobip, "GET", path)).status, path).toBe(404);
  }
});

const violation = (field: string, text: string) => ({
  requestError: {
    serviceException: {
      messageId: "BAD_REQUEST",
      text: "Bad request",
      validationErrors: { [field]: [text] },
    },
  },
});

test.each([
  [{ ...SUBSCRIPTION, profile: undefined }, "profile", "must not be null"],
  [{ ...SUBSCRIPTION, subscriptionId: "a b" }, "subscriptionId", "must not need URL encoding"],
  [{ ...SUBSCRIPTION, profile: { profileId: "none" } }, "profile.profileId", "does not exist"],
  [
    { ...SUBSCRIPTION, profile: { ...PROFILE, security: { authId: "none" } } },
    "security.authId",
    "does not exist",
  ],
  [with_({ maxBucketSize: 2001 }), "profile.maxBucketSize", "must be less than or equal to 2000"],
  [with_({ windowSize: 19 }), "profile.windowSize", "must be greater than or equal to 20"],
  [with_({ readTimeout: 999 }), "profile.readTimeout", "must be greater than or equal to 1000"],
  [with_({ webhook: { notifyUrl: "here" } }), "profile.webhook.notifyUrl", "must be a URL"],
])("%j is refused, and the field named", async (body, field, text) => {
  await using infobip = await startAtNoon();
  const answer = await send(infobip, "POST", "subscription/SMS", body);
  expect(answer).toMatchObject({ status: 400, body: violation(field, text) });
});

function with_(settings: object) {
  return { ...SUBSCRIPTION, profile: { ...PROFILE, ...settings } };
}

test("what exists is not made again; without the key, of an unknown channel or by another method it is refused", async () => {
  await using infobip = await startAtNoon();
  await send(infobip, "POST", "subscription/SMS", SUBSCRIPTION);
  const again = await send(infobip, "POST", "subscription/SMS", SUBSCRIPTION);
  expect(again.body).toMatchObject(violation("subscriptionId", "already exists"));
  expect((await send(infobip, "GET", "subscription/PIGEON")).status).toBe(404);
  expect((await send(infobip, "DELETE", "profiles")).status).toBe(405);
  expect((await fetch(`${infobip.url}/subscriptions/1/profiles`)).status).toBe(401);
});
