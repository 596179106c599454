import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Quarantine } from "../../lib/ingest/quarantine.ts";
import { aReport } from "../log/arrivals.ts";
import { HMAC_KEY, PATH_SECRET, type Receiver, sign, startReceiver } from "./receiver.ts";
import { basic } from "./service.ts";

let receiver: Receiver;
beforeAll(async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  vi.restoreAllMocks();
});

/** A busy machine takes its time; how soon it is otherwise, the bench measures. */
const SOON = { timeout: 20_000, interval: 20 };

const bodyOf = (...results: object[]) => JSON.stringify({ results });

async function found(messageId: string): Promise<Record<string, unknown>[]> {
  const { body } = await receiver.ask(`/omni/1/logs?messageId=${messageId}`);
  return (body as { results: Record<string, unknown>[] }).results;
}

async function foundSoon(messageId: string): Promise<Record<string, unknown>[]> {
  return vi.waitFor(async () => {
    const results = await found(messageId);
    expect(results).not.toEqual([]);
    return results;
  }, SOON);
}

describe("a push", () => {
  it("is answered with 200 and found by a query", async () => {
    const response = await receiver.push("/push/sms", bodyOf(aReport("first")));
    expect([response.status, await response.json()]).toEqual([200, { status: "OK" }]);
    expect(await foundSoon("first")).toMatchObject([{ messageId: "first", channel: "SMS", mccmnc: "22801" }]);
  });

  it("is given once by the reports, however often it comes", async () => {
    // Whoever asks for the first time is given what comes from then on.
    await receiver.ask("/sms/1/reports");
    for (let n = 0; n < 3; n++) await receiver.push("/push/sms", bodyOf(aReport("repeated")));
    const given: string[] = [];
    await vi.waitFor(async () => {
      const { body } = await receiver.ask("/sms/1/reports?limit=100");
      given.push(...(body as { results: { messageId: string }[] }).results.map(({ messageId }) => messageId));
      expect(given).toContain("repeated");
    }, SOON);
    await receiver.merge();
    const { body } = await receiver.ask("/sms/1/reports?limit=100");
    expect([body, given.filter((id) => id === "repeated")]).toEqual([{ results: [] }, ["repeated"]]);
  });

  it("may be compressed", async () => {
    const headers = { authorization: basic("infobip:push me"), "content-encoding": "gzip" };
    const response = await receiver.push("/push/email", gzipSync(bodyOf(aReport("packed"))), headers);
    expect(response.status).toBe(200);
    expect(await foundSoon("packed")).toMatchObject([{ channel: "EMAIL" }]);
  });

  it.each<[string, (text: string) => Buffer, Record<string, string>]>([
    ["deflate", (text) => deflateSync(text), { "content-encoding": "deflate" }],
    ["br", (text) => brotliCompressSync(text), { "content-encoding": "br" }],
    [
      "latin1",
      (text) => Buffer.from(text, "latin1"),
      { "content-type": "application/json; charset=ISO-8859-1" },
    ],
    // JSON has no charset (RFC 8259, section 11): it may be said of bytes in UTF-8.
    [
      "utf8-said-to-be-latin1",
      (text) => Buffer.from(text),
      { "content-type": "application/json; charset=iso-8859-1" },
    ],
    ["utf16", (text) => Buffer.from(`\ufeff${text}`, "utf16le"), {}],
    ["nonsense", (text) => Buffer.from(text), { "content-type": "text/plain; charset=x-klingon" }],
  ])("is read as its headers or its first bytes say: %s", async (name, encode, headers) => {
    const authorization = basic("infobip:push me");
    const body = encode(bodyOf(aReport(`in-${name}`, { callbackData: "Zürich" })));
    expect((await receiver.push("/push/sms", body, { ...headers, authorization })).status).toBe(200);
    expect(await foundSoon(`in-${name}`)).toMatchObject([{ callbackData: "Zürich" }]);
  });

  it.each(["{", "<x", "hello", '{"results":[{"messageId":', "[1,2]", "\u0000"])(
    "that cannot be read (%j) is answered with 200 and kept",
    async (body) => {
      expect((await receiver.push("/push/rcs", body)).status).toBe(200);
    },
  );

  it("with very many results that cannot be read keeps the first of them apart, and the others together", async () => {
    const results = Array.from({ length: 20_000 }, (_, n) => ({ junk: n }));
    await receiver.push("/push/viber", bodyOf(...results, aReport("behind-junk")));
    expect(await foundSoon("behind-junk")).toHaveLength(1);
    const quarantine = new Quarantine(receiver.db, 48);
    await vi.waitFor(async () => {
      const kept = (await Array.fromAsync(quarantine.list())).filter(({ source }) => source === "push-viber");
      expect(kept).toHaveLength(201);
      const last = kept.find(({ place }) => place === 200);
      const { results: rest } = JSON.parse(String(last && (await quarantine.load(last))));
      expect(rest).toEqual(results.slice(200));
    }, SOON);
  });

  it.each([
    ["/push/fax", "POST", 404],
    ["/push/sms/a/b", "POST", 404],
    ["/push/", "POST", 404],
    ["/push/1/reports", "POST", 405],
    ["/push/3/logs", "POST", 405],
    ["/push/1/other", "POST", 404],
    ["/push/sms", "PUT", 404],
    ["/push/1/reports", "GET", 401],
  ])("to %s by %s is a %i", async (path, method, status) => {
    const response = await fetch(receiver.url + path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty("requestError.serviceException.messageId");
  });

  it("as large as API Gateway lets through is taken, and what is larger a 413", async () => {
    const large = bodyOf(aReport("large", { callbackData: "x".repeat(8_000_000) }), aReport("beside-it"));
    expect((await receiver.push("/push/sms", large)).status).toBe(200);
    expect((await receiver.push("/push/sms", "x".repeat(10_000_001))).status).toBe(413);
    expect(await foundSoon("beside-it")).toHaveLength(1);
  });
});

describe("who may push", () => {
  const body = bodyOf(aReport("signed"));
  const sha = sign("sha256", HMAC_KEY, body);
  const right: [string, string, Record<string, string>][] = [
    ["a Basic pair", "/push/sms", { authorization: basic("infobip:push me") }],
    ["a header", "/push/sms", { "x-omnilog-push": "0123456789" }],
    ["HMAC in hexadecimal", "/push/sms", { "x-signature": sha.toString("hex") }],
    ["HMAC in capitals", "/push/sms", { "x-signature": sha.toString("hex").toUpperCase() }],
    ["HMAC with its name", "/push/sms", { "x-signature": `SHA256=${sha.toString("hex")}` }],
    ["HMAC in base64", "/push/sms", { "x-signature": sha.toString("base64") }],
    ["HMAC by MD5", "/push/sms", { "x-signature": sign("md5", "an older key", body).toString("hex") }],
    ["the path", `/push/sms/${PATH_SECRET}`, {}],
  ];
  it.each(right)("%s lets in", async (_, path, headers) => {
    expect((await receiver.push(path, body, headers)).status).toBe(200);
  });

  const wrong: [string, string, Record<string, string>][] = [
    ["nothing", "/push/sms", {}],
    ["another pair", "/push/sms", { authorization: basic("infobip:push you") }],
    ["a query's pair", "/push/sms", { authorization: basic("Aladdin:open sesame") }],
    ["another header's value", "/push/sms", { "x-omnilog-push": "012345678" }],
    ["an empty signature", "/push/sms", { "x-signature": "" }],
    [
      "another body's signature",
      "/push/sms",
      { "x-signature": sign("sha256", HMAC_KEY, "{}").toString("hex") },
    ],
    ["half a signature", "/push/sms", { "x-signature": sha.toString("hex").slice(0, 32) }],
    ["another key's signature", "/push/sms", { "x-signature": sign("sha256", "key", body).toString("hex") }],
    ["another algorithm's", "/push/sms", { "x-signature": sign("sha512", HMAC_KEY, body).toString("hex") }],
    ["another path", "/push/sms/a-secret-for-the-pat", {}],
  ];
  it.each(wrong)("%s is a 401", async (_, path, headers) => {
    const response = await receiver.push(path, bodyOf(aReport("forged")), headers);
    expect(response.status).toBe(401);
    expect(await found("forged")).toEqual([]);
  });

  it("is decided over the bytes as they came, or as they were before they were compressed", async () => {
    const packed = gzipSync(body);
    for (const signed of [body, packed]) {
      const signature = sign("sha256", HMAC_KEY, signed).toString("hex");
      const headers = { "x-signature": signature, "content-encoding": "gzip" };
      expect((await receiver.push("/push/sms", packed, headers)).status).toBe(200);
    }
    const headers = { "x-signature": sign("sha256", HMAC_KEY, body).toString("hex") };
    for (const [name, pack] of [["deflate", deflateSync] as const, ["br", brotliCompressSync] as const]) {
      const pushed = receiver.push("/push/sms", pack(body), { ...headers, "content-encoding": name });
      expect((await pushed).status, name).toBe(200);
    }
  });
});
