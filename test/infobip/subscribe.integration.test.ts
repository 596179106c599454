import { describe, expect, test } from "vitest";
import { AUTHORIZATION } from "../../infra/local/imitation/server.ts";
import {
  checkSubscription,
  otherSubscriptions,
  subscribe,
  unsubscribe,
} from "../../lib/infobip/subscribe.ts";
import {
  PUSH_LIMITS,
  PUSHED_CHANNEL_NAMES,
  type PushedChannelName,
  type PushProof,
  wantedOf,
} from "../../lib/infobip/subscription.ts";
import { SubscriptionsClient } from "../../lib/infobip/subscriptions-client.ts";
import { startAtNoon } from "../infra/imitation/client.ts";

const BASIC: PushProof = { kind: "basic", username: "omnilog", password: "pa:ss" };
const wanted = (channel: PushedChannelName, proof: PushProof = BASIC) =>
  wantedOf(channel, { name: "shop", url: "https://omnilog.example.com/", proof, limits: PUSH_LIMITS });

async function openAccount() {
  const infobip = await startAtNoon();
  const client = new SubscriptionsClient(infobip.url, AUTHORIZATION);
  const writes = () => infobip.requests.filter(({ method }) => method !== "GET");
  return { ...infobip, client, writes: () => writes().map(({ method, path }) => `${method} ${path}`) };
}

test.each(PUSHED_CHANNEL_NAMES)(
  "%s: one call makes all three, and the second time nothing is done",
  async (channel) => {
    await using account = await openAccount();
    const should = wanted(channel);
    const done = await subscribe(account.client, should);
    expect(done).toHaveLength(1);
    expect(done[0]).toMatch(
      /^created .* with its profile and security: https:\/\/omnilog.example.com\/push\/\w+$/,
    );
    expect(account.writes()).toEqual([`POST /subscriptions/1/subscription/${channel}`]);
    // Each event is one that the channel has: the others would have been left out.
    expect(await checkSubscription(account.client, should)).toEqual([]);
    expect(await subscribe(account.client, should)).toEqual([]);
    expect(account.writes()).toHaveLength(1);
  },
);

describe("what is not as it should be", () => {
  test("is told by its field, secrets by their names alone, and just that is put right", async () => {
    await using account = await openAccount();
    const { client } = account;
    expect(await checkSubscription(client, wanted("SMS"))).toEqual([
      "security is missing",
      "profile is missing",
      "subscription is missing",
    ]);
    await subscribe(client, wanted("SMS"));
    await client.put("security/omnilog-shop", {
      type: "BASIC",
      credentials: { username: "omnilog", password: "another" },
    });
    await client.put("profiles/omnilog-shop-sms", {
      webhook: { contentType: "application/xml", notifyUrl: "https://elsewhere.example.com/push/sms/s3cret" },
      security: { authId: "omnilog-shop" },
    });
    const found = await checkSubscription(client, wanted("SMS"));
    expect(found).toEqual([
      "security.credentials.password is another one",
      'profile.webhook.contentType is "application/xml" and should be "application/json"',
      "profile.webhook.notifyUrl is https://elsewhere.example.com/push/sms/… and should be https://omnilog.example.com/push/sms",
      "profile.maxBucketSize is missing and should be 1000",
      "profile.windowSize is missing and should be 20",
      "profile.rateLimit is missing and should be 100",
      "profile.connectTimeout is missing and should be 10000",
      "profile.readTimeout is missing and should be 60000",
    ]);
    const done = await subscribe(client, wanted("SMS"));
    expect(done.map((line) => line.split(":")[0])).toEqual([
      "updated security/omnilog-shop",
      "updated profiles/omnilog-shop-sms",
    ]);
    expect(done.join()).not.toMatch(/pa:ss|another"|s3cret/);
    expect(await checkSubscription(client, wanted("SMS"))).toEqual([]);
  });

  test("is made again where somebody took it away", async () => {
    await using account = await openAccount();
    const { client } = account;
    await subscribe(client, wanted("SMS"));
    await client.remove("subscription/SMS/omnilog-shop-sms");
    expect(await subscribe(client, wanted("SMS"))).toEqual(["created subscription/SMS/omnilog-shop-sms"]);
    await client.remove("subscription/SMS/omnilog-shop-sms");
    await client.remove("profiles/omnilog-shop-sms");
    expect((await subscribe(client, wanted("SMS")))[0]).toContain("with its profile: https");
    expect(await checkSubscription(client, wanted("SMS"))).toEqual([]);
  });
});

test("what is removed is all that was made, the security with the last profile that uses it", async () => {
  await using account = await openAccount();
  const { client } = account;
  await subscribe(client, wanted("SMS"));
  await subscribe(client, wanted("VIBER"));
  expect(await unsubscribe(client, wanted("SMS"))).toContain(
    "kept security/omnilog-shop: other profiles use it",
  );
  expect(await unsubscribe(client, wanted("VIBER"))).toContain("removed security/omnilog-shop");
  expect(await client.list("profiles")).toEqual([]);
  expect(await unsubscribe(client, wanted("VIBER"))).toEqual([]);
});

test("HMAC, a header of one's own, and a secret in the path", async () => {
  const proofs: [PushProof, string, object][] = [
    [
      { kind: "hmac", header: "X-Signed", algorithm: "SHA256", key: "s3cret" },
      "security/omnilog-shop",
      { type: "HMAC", credentials: { secretKey: "s3cret", algorithm: "HMAC_SHA_256" } },
    ],
    [
      { kind: "header", name: "X-Token", value: "s3cret" },
      "profiles/omnilog-shop-sms",
      { headers: { "X-Token": "s3cret" } },
    ],
    [
      { kind: "path", secret: "s3cret" },
      "profiles/omnilog-shop-sms",
      { webhook: { notifyUrl: "https://omnilog.example.com/push/sms/s3cret" } },
    ],
  ];
  for (const [proof, path, content] of proofs) {
    await using account = await openAccount();
    const done = await subscribe(account.client, wanted("SMS", proof));
    expect(done.join()).not.toContain("s3cret");
    expect(await account.client.get(path)).toMatchObject(content);
    expect(await checkSubscription(account.client, wanted("SMS", proof))).toEqual([]);
    const other = await checkSubscription(account.client, wanted("SMS"));
    expect(other.length).toBeGreaterThan(0);
    expect(other.join()).not.toContain("s3cret");
  }
});

test("the others of a channel are found, past a page of them", async () => {
  await using account = await openAccount();
  const { client } = account;
  await subscribe(client, wanted("SMS"));
  for (let n = 0; n < 120; n++) {
    const profile = { profileId: `p${n}`, webhook: { notifyUrl: "https://example.com" } };
    await client.post("subscription/SMS", { subscriptionId: `s${n}`, events: ["DELIVERY"], profile });
  }
  expect(await otherSubscriptions(client, wanted("SMS"))).toHaveLength(120);
});
