import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { MessageSpec } from "../../../infra/local/imitation/message.ts";
import { retryDelays } from "../../../infra/local/imitation/push/retry.ts";
import { AUTHORIZATION, type InfobipOptions } from "../../../infra/local/imitation/server.ts";
import { World } from "../../../infra/local/imitation/world.ts";
import { drain, NOON, startAtNoon } from "./client.ts";
import { startReceiver } from "./receiver.ts";

const MINUTE_MS = 60_000;

/** An account with these messages, delivered at noon, whose channel is pushed to a receiver. */
async function subscribed(
  messages: readonly Partial<MessageSpec>[],
  { channel = "SMS", answer, profile = {}, ...options }: Partial<InfobipOptions> & Setting = {},
) {
  const receiver = await startReceiver(answer);
  const world = new World({ seed: 1, startAt: NOON });
  const infobip = await startAtNoon({ world, ...options });
  const response = await fetch(`${infobip.url}/subscriptions/1/subscription/${channel}`, {
    method: "POST",
    headers: { authorization: AUTHORIZATION },
    body: JSON.stringify({
      subscriptionId: "s",
      events: ["DELIVERY", "SEEN", "CLICK", "OPEN"],
      profile: { profileId: "p", webhook: { notifyUrl: `${receiver.url}/push/x` }, ...profile },
    }),
  });
  expect(response.status).toBe(201);
  messages.forEach((spec, n) => {
    world.add({ messageId: `m${n}`, sentAt: NOON - 1000, ...spec });
  });
  const { clock, pusher } = infobip;
  return {
    ...{ infobip, receiver, pusher, clock },
    /** Runs a minute at a time. */
    pass: async (minutes: number) => {
      for (let n = 0; n < minutes; n++) {
        clock.now += MINUTE_MS;
        await pusher.run();
      }
    },
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await infobip.close();
    },
  };
}

interface Setting {
  channel?: string;
  profile?: object;
  answer?: Parameters<typeof startReceiver>[0];
}

describe("the schedule of retries", () => {
  test("is 1, 3, 8, 18, 35, 61, 98 min … after the first attempt; the 20th 41 h 30 min after it", () => {
    const delays = retryDelays();
    const sumOf = (count: number) => delays.slice(0, count).reduce((sum, delay) => sum + delay, 0);
    const moments = delays.map((_, n) => sumOf(n + 1) / MINUTE_MS);
    expect(moments.slice(0, 7)).toEqual([1, 3, 8, 18, 35, 61, 98]);
    expect([moments.length, moments.at(-1)]).toEqual([20, 41 * 60 + 30]);
  });

  test("is kept: the same body again and again until the answer is 200, and nothing else counts", async () => {
    const answers = [503, 202, 404, 200];
    await using scene = await subscribed([{}], { answer: (_, n) => answers[n - 1] ?? 500 });
    await scene.pusher.run();
    const seenAfter: number[] = [];
    for (let minute = 1; minute <= 60; minute++) {
      const before = scene.receiver.pushes.length;
      await scene.pass(1);
      if (scene.receiver.pushes.length > before) seenAfter.push(minute);
    }
    expect(seenAfter.slice(0, 3)).toEqual([1, 3, 8]);
    const bodies = scene.receiver.pushes.slice(0, 4).map(({ body }) => body.toString());
    expect(new Set(bodies).size).toBe(1);
    expect(scene.pusher.lost).toEqual([]);
  });

  test("ends after the 20th retry, and the report is lost", async () => {
    await using scene = await subscribed([{}], { answer: () => 503 });
    await scene.pass(2492);
    expect(scene.receiver.pushes).toHaveLength(21);
    expect(scene.pusher.lost).toHaveLength(1);
  });
});

test("what is pushed cannot be pulled; with isAlsoPulled it can; what nobody subscribed to waits", async () => {
  const messages = [{ channel: "SMS" }, { channel: "EMAIL" }];
  await using scene = await subscribed(messages);
  await scene.pusher.run();
  expect(await drain(scene.infobip, "sms")).toHaveLength(0);
  expect(await drain(scene.infobip, "email")).toHaveLength(1);
  await using both = await subscribed(messages, { pushing: { isAlsoPulled: true } });
  await both.pusher.run();
  expect(both.receiver.pushes).toHaveLength(1);
  expect(await drain(both.infobip, "sms")).toHaveLength(1);
});

test("buckets hold maxBucketSize reports, and at most windowSize of them are under way at once", async () => {
  const messages = Array.from({ length: 80 }, () => ({}));
  await using scene = await subscribed(messages, { profile: { maxBucketSize: 2, windowSize: 20 } });
  await scene.pusher.run();
  const counts = scene.receiver.pushes.map(({ body }) => JSON.parse(body.toString()).results.length);
  expect(Math.max(...counts)).toBe(2);
  expect(counts.reduce((all, one) => all + one, 0)).toBe(80);
  // How many of the twenty meet depends on how soon each is answered.
  expect(scene.receiver.state.most).toBeGreaterThan(1);
  expect(scene.receiver.state.most).toBeLessThanOrEqual(20);
});

test("Basic, HMAC over the raw body, and the profile's own headers", async () => {
  const basic = { authId: "a", type: "BASIC", credentials: { username: "u", password: "p:w" } };
  await using one = await subscribed([{}], { profile: { security: basic, headers: { "x-own": "yes" } } });
  await one.pusher.run();
  const [push] = one.receiver.pushes;
  expect(push?.headers).toMatchObject({ authorization: `Basic ${btoa("u:p:w")}`, "x-own": "yes" });
  const hmac = { authId: "a", type: "HMAC", credentials: { secretKey: "k", algorithm: "HMAC_SHA_512" } };
  await using other = await subscribed([{}], { profile: { security: hmac } });
  other.pusher.signatureHeader = "x-signed";
  await other.pusher.run();
  const [signed] = other.receiver.pushes;
  const digest = createHmac("sha512", "k")
    .update(signed?.body ?? "")
    .digest("hex");
  expect(signed?.headers["x-signed"]).toBe(`SHA512=${digest}`);
});

test("a receiver that does not answer within the read time-out is asked again", async () => {
  await using scene = await subscribed([{}], {
    profile: { readTimeout: 1000 },
    answer: (_, n) => (n === 1 ? "never" : 200),
  });
  await scene.pusher.run();
  await scene.pass(1);
  expect(scene.receiver.pushes).toHaveLength(2);
});

describe("bodies", () => {
  const record = (push: { body: Buffer } | undefined) => JSON.parse(push?.body.toString() ?? "{}");
  const many = Array.from({ length: 200 }, () => ({ from: "InfoSMS", mccmnc: "22801" }));

  test.each([
    ["SMS", {}, ["smsCount", "messageCount"]],
    ["EMAIL", {}, ["smsCount"]],
    ["WHATSAPP", { isWithoutNetwork: true }, ["messageCount"]],
  ])(
    "of %s are those of its products",
    async (channel, { isWithoutNetwork = false }: object & { isWithoutNetwork?: boolean }, counts) => {
      const messages = many.map((spec, n) => ({ ...spec, messageId: `${channel}-${n}`, channel }));
      await using scene = await subscribed(messages, { channel });
      await scene.pusher.run();
      const records = scene.receiver.pushes.flatMap((push) => record(push).results);
      expect(records).toHaveLength(200);
      expect(
        new Set(records.flatMap((one) => ["smsCount", "messageCount"].filter((name) => name in one))),
      ).toEqual(new Set(counts));
      if (isWithoutNetwork) expect(records.some((one) => !("event" in one) && "mccMnc" in one)).toBe(false);
    },
  );

  test("in XML have the root of their product", async () => {
    await using receiver = await startReceiver();
    const webhook = { notifyUrl: receiver.url, contentType: "application/xml" };
    await using scene = await subscribed(many, { profile: { webhook } });
    await scene.pusher.run();
    const roots = receiver.pushes.map(({ body }) => /<(\w+)><results><result>/.exec(body.toString())?.[1]);
    expect(new Set(roots)).toEqual(new Set(["DeliveryReports", "reportResponse"]));
  });

  test("of what was seen, clicked and opened come later, as the channel has them", async () => {
    const types = new Set<string>();
    for (const channel of ["SMS", "EMAIL", "WHATSAPP"]) {
      const messages = many.slice(0, 40).map((_, n) => ({ messageId: `${channel}-${n}`, channel }));
      await using scene = await subscribed(messages, { channel });
      await scene.pass(5);
      for (const push of scene.receiver.pushes) {
        const body = record(push);
        if (body.notificationType) types.add(`${channel} ${body.notificationType}`);
        else if (body.results[0].seenAt) types.add(`${channel} SEEN`);
      }
    }
    expect([...types].sort()).toEqual(["EMAIL CLICKED", "EMAIL OPENED", "SMS CLICKED", "WHATSAPP SEEN"]);
  });
});
