import { createServer, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { handler } from "../../functions/query.ts";
import { basic } from "./service.ts";

/** What stands in for DynamoDB and Secrets Manager, and does what a test tells it to. */
let database: (response: ServerResponse) => void = () => {};
let secret = "";
let server: Server;

/** It takes three seconds, and a busy machine longer; API Gateway waits for twenty-nine. */
const SOON_MS = 10_000;

const refuse = (response: ServerResponse, name: string, statusCode = 400) => {
  response.writeHead(statusCode, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb#${name}`, message: "of another's data" }));
};

beforeAll(async () => {
  // Only the clock: what waits does so in real time.
  vi.useFakeTimers({ toFake: ["Date"] });
  server = createServer((request, response) => {
    request.resume();
    if (!String(request.headers["x-amz-target"]).startsWith("secretsmanager")) return database(response);
    if (secret === "") return refuse(response, "ResourceNotFoundException");
    response.end(JSON.stringify({ SecretString: secret }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    QUERY_CREDENTIALS_SECRET: "arn:of:the:pairs",
    QUERY_TIMEOUT_MS: "200",
  });
});
afterAll(() => {
  vi.useRealTimers();
  server.close();
  server.closeAllConnections();
});
// Secrets are read again after half a minute.
beforeEach(() => void vi.setSystemTime(Date.now() + 31_000));

/** Asks for logs; gives the answer, how long it took, and the lines of the log. */
async function ask(accept = "application/json") {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const startedAtMs = performance.now();
  const response = await handler({
    rawPath: "/omni/1/logs",
    headers: { authorization: basic("reader:open sesame"), accept },
    requestContext: { requestId: "r", http: { method: "GET", sourceIp: "192.0.2.1" } },
  });
  const tookMs = performance.now() - startedAtMs;
  const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)));
  write.mockRestore();
  return { ...response, tookMs, fault: lines.find(({ level }) => level === "ERROR"), run: lines.at(-1) };
}

test("a secret without a value lets nobody in, and is an error that is logged and counted", async () => {
  database = (response) => response.end("{}");
  const { statusCode, fault, run } = await ask();
  expect(statusCode).toBe(401);
  expect(fault).toMatchObject({
    what: "query",
    code: "CONFIGURATION",
    reason: expect.stringMatching(/QUERY_CRED/),
  });
  expect(run).toMatchObject({ status: 401, unauthorized: 1, misconfigured: 1 });
});

test("throttling is a 503 in Infobip's shape, soon, with a time to come back, logged and counted", async () => {
  secret = "reader:open sesame";
  database = (response) => refuse(response, "ProvisionedThroughputExceededException");
  const { statusCode, headers, body, tookMs, fault, run } = await ask();
  expect(statusCode).toBe(503);
  expect(JSON.parse(body).requestError.serviceException).toEqual({
    messageId: "SERVICE_UNAVAILABLE",
    text: "The archive cannot answer now. Please try again.",
  });
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  expect(tookMs).toBeLessThan(SOON_MS);
  expect(fault).toMatchObject({ error: "ProvisionedThroughputExceededException" });
  expect(JSON.stringify(fault)).not.toContain("data");
  expect(run).toMatchObject({ status: 503, serverErrors: 1, unavailable: 1 });
});

test("a database that does not answer at all is given up before the time is over, in XML too", async () => {
  database = () => {};
  const { statusCode, body, tookMs, fault } = await ask("application/xml");
  expect(statusCode).toBe(503);
  expect(body).toContain("<messageId>SERVICE_UNAVAILABLE</messageId>");
  expect(tookMs).toBeLessThan(SOON_MS);
  expect(fault).toMatchObject({ error: "BusyError", code: "BUSY" });
});

test("what the database refuses for good is a 500: coming back would not help", async () => {
  database = (response) => refuse(response, "AccessDeniedException");
  const { statusCode, headers, run } = await ask();
  expect([statusCode, headers["retry-after"]]).toEqual([500, undefined]);
  expect(run).toMatchObject({ status: 500, serverErrors: 1 });
  expect(run).not.toHaveProperty("unavailable");
});
