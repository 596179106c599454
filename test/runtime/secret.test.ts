import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openSecret, WITHDRAWN_AFTER_MS } from "../../lib/runtime/secret.ts";

/** A Secrets Manager that holds one secret. */
let value: string | undefined = "";
let reads = 0;
let isBroken = false;
let server: Server;
let nowMs = 1_000_000;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    reads++;
    const [status, body] = isBroken
      ? [400, { __type: "AccessDeniedException" }]
      : value === undefined
        ? [400, { __type: "ResourceNotFoundException" }]
        : [200, { SecretString: value }];
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
  });
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  [value, reads, isBroken] = ["one", 0, false];
});

const open = (maxAgeMs?: number) =>
  openSecret("SECRET", { value: undefined, secretId: "arn" }, () => nowMs, maxAgeMs);

test("what lets somebody in is never older than half a minute", async () => {
  const secret = open(WITHDRAWN_AFTER_MS);
  expect(WITHDRAWN_AFTER_MS).toBeLessThanOrEqual(30_000);
  expect(await secret(false)).toBe("one");
  value = "two";
  nowMs += WITHDRAWN_AFTER_MS - 1;
  expect(await secret(false)).toBe("one");
  nowMs += 1;
  expect(await Promise.all([secret(false), secret(false)])).toEqual(["two", "two"]);
  expect(reads).toBe(2);
});

test("a value that is too old is not given when it cannot be read again; the next caller tries again", async () => {
  const secret = open(WITHDRAWN_AFTER_MS);
  await secret(false);
  nowMs += WITHDRAWN_AFTER_MS;
  isBroken = true;
  await expect(secret(false)).rejects.toThrow();
  isBroken = false;
  expect(await secret(false)).toBe("one");
});

test("a secret that only we use is read once, and again when it was refused", async () => {
  const secret = open();
  await secret(false);
  value = "two";
  nowMs += 86_400_000;
  expect(await secret(false)).toBe("one");
  expect(await secret(true)).toBe("two");
  expect(await secret(true)).toBe("two");
  expect(reads).toBe(2);
});

test("one that has no value yet is empty", async () => {
  value = undefined;
  expect(await open()(false)).toBe("");
});
