import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Fault } from "../../infra/local/imitation/faults.ts";
import { AUTHORIZATION } from "../../infra/local/imitation/server.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { InfobipClient } from "../../lib/infobip/client.ts";
import { DEAD_ENDPOINT } from "../archive/table.ts";
import { NOON, startAtNoon } from "../infra/imitation/client.ts";

const PATH = "/sms/1/reports";

/** Fetches the key and asks, as a pull does. */
async function ask(client: InfobipClient, query: Record<string, string> = {}) {
  const key = await client.authorize();
  return "kind" in key ? key : client.get(PATH, query, key);
}

/** Asks once a server whose first answer has the fault; the world holds one report. */
async function askOnce(fault: Fault) {
  const world = new World({ seed: 1, startAt: NOON });
  world.add({ messageId: "m", sentAt: NOON - 5_000 });
  await using infobip = await startAtNoon({ world, faults: ({ n }) => (n === 1 ? fault : undefined) });
  const client = new InfobipClient({ baseUrl: infobip.url, authorization: async () => AUTHORIZATION });
  const answer = await ask(client, { limit: "1000" });
  await client.close();
  return { answer, requests: infobip.requests.length };
}

test.each<Fault>([
  { kind: "reset", at: "before" },
  { kind: "reset", at: "in" },
  { kind: "reset", at: "after" },
  { kind: "lost" },
  { kind: "hang", ms: 20 },
  { kind: "status", status: 500, consumed: true },
  { kind: "status", status: 503, consumed: false, retryAfterSeconds: 1 },
])("%o is a doubt, and is asked for once", async (fault) => {
  expect(await askOnce(fault)).toMatchObject({ answer: { kind: "doubt" }, requests: 1 });
});

test("a body that stops coming is a doubt after five seconds", async () => {
  const startedAt = performance.now();
  const { answer, requests } = await askOnce({ kind: "hang", ms: 60_000 });
  expect([answer, requests]).toEqual([{ kind: "doubt", reason: "UND_ERR_BODY_TIMEOUT" }, 1]);
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});

test.each<Fault>([{ kind: "html" }, { kind: "truncated" }, { kind: "delay", ms: 100 }])(
  "%o is an answer: its bytes are for others to look into",
  async (fault) => {
    expect(await askOnce(fault)).toMatchObject({ answer: { kind: "ok" }, requests: 1 });
  },
);

test.each([
  [7, 7_000],
  [undefined, 0],
])(
  "429 with Retry-After %s is refused, to be tried again after %i ms",
  async (retryAfterSeconds, retryAfterMs) => {
    const fault = { kind: "status", status: 429, consumed: false } as const;
    const { answer } = await askOnce(retryAfterSeconds ? { ...fault, retryAfterSeconds } : fault);
    expect(answer).toEqual({ kind: "refused", reason: "HTTP 429", status: 429, retryAfterMs });
  },
);

test("a wrong key is refused for good, and asked for anew at the next call", async () => {
  await using infobip = await startAtNoon();
  let key = "App wrong";
  const client = new InfobipClient({ baseUrl: infobip.url, authorization: async () => key });
  expect(await ask(client)).toEqual({ kind: "refused", reason: "HTTP 401", status: 401 });
  key = AUTHORIZATION;
  expect(await ask(client)).toMatchObject({ kind: "ok" });
  await client.close();
});

test("without a key nothing is asked, and it is said whether it is missing or cannot be read", async () => {
  const missing = new InfobipClient({ baseUrl: DEAD_ENDPOINT, authorization: async () => "" });
  expect(await missing.authorize()).toMatchObject({ kind: "refused", isKeyMissing: true });
  const denied = Object.assign(new Error("secret text"), { name: "AccessDeniedException" });
  const broken = new InfobipClient({ baseUrl: DEAD_ENDPOINT, authorization: () => Promise.reject(denied) });
  expect(await broken.authorize()).toEqual({
    kind: "refused",
    reason: "the key's secret cannot be read: AccessDeniedException",
  });
});

test("nobody there: certainly nothing was taken", async () => {
  const client = new InfobipClient({ baseUrl: DEAD_ENDPOINT, authorization: async () => AUTHORIZATION });
  expect(await ask(client)).toEqual({ kind: "refused", reason: "ECONNREFUSED", retryAfterMs: 0 });
  await client.close();
});

test.each([
  ["garbage instead of HTTP", "\u0000\u0001nonsense\r\n\r\n"],
  ["a length that does not fit", "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}"],
])("%s is a doubt, and is asked for once", async (_, bytes) => {
  let connections = 0;
  const server = createServer().on("connection", (socket) => {
    connections++;
    socket.end(bytes);
  });
  const client = new InfobipClient({
    baseUrl: await listen(server),
    authorization: async () => AUTHORIZATION,
  });
  expect(await ask(client)).toMatchObject({ kind: "doubt" });
  expect(connections).toBe(1);
  await client.close();
  server.close();
});

test("no socket is used twice, so none can be stale", async () => {
  const ports = new Set<number | undefined>();
  const server = createServer((request, response) => {
    ports.add(request.socket.remotePort);
    response.end(gzipSync('{"results":[]}'));
  });
  const client = new InfobipClient({
    baseUrl: await listen(server),
    authorization: async () => AUTHORIZATION,
  });
  for (let n = 0; n < 3; n++) expect(await ask(client)).toMatchObject({ kind: "ok" });
  expect(ports.size).toBe(3);
  await client.close();
  server.close();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
