import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { handler } from "../../functions/query.ts";
import { type Service, startService } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";
import { anyRequest, type FuzzedRequest } from "./any-request.ts";
import { bodyOf, expectDescribed } from "./described.ts";

let service: Service;
beforeAll(async () => {
  service = await startService({ QUERY_RATE_PER_MINUTE: "1000000", QUERY_RATE_BURST: "1000000" });
  await service.store(
    ["SMS", "EMAIL", "PUSH"].map((channel) =>
      aRecord({
        channel,
        messageId: `${channel}1`,
        from: "Shop",
        bulkId: "b",
        text: '<&"\u0000\ud800,\r\n=1',
      }),
    ),
  );
});
afterAll(() => service[Symbol.asyncDispose]());

/** Asks as API Gateway does, and checks all that a client may rely on. */
async function expectAnswer({ path, queryString, headers, method }: FuzzedRequest): Promise<number> {
  const response = await handler({
    version: "2.0",
    rawPath: path,
    rawQueryString: queryString,
    headers,
    requestContext: { requestId: "request", http: { method } },
  });
  const text = bodyOf(response);
  expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThan(6_000_000);
  expect(text).not.toMatch(/node:internal|\.ts:\d+|\n\s+at /);
  expect(response.statusCode).not.toBe(500);
  expectDescribed({ path, status: response.statusCode, headers: response.headers, text, method });
  if (!["GET", "HEAD", "POST"].includes(method)) expect([204, 404, 405, 431]).toContain(response.statusCode);
  return response.statusCode;
}

test("any request gets a well-formed answer of a documented kind", async () => {
  const seen = new Map<number, number>();
  const log = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await fc.assert(
    fc.asyncProperty(fc.array(anyRequest, { minLength: 20, maxLength: 20 }), async (requests) => {
      for (const status of await Promise.all(requests.map(expectAnswer)))
        seen.set(status, (seen.get(status) ?? 0) + 1);
    }),
    { numRuns: 120 },
  );
  // One line for each request, of nothing that a client chose.
  const lines = log.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith("query"));
  log.mockRestore();
  expect(lines.length).toBeGreaterThanOrEqual(2_400);
  for (const line of lines) expect(line).toMatch(/^query: [\w ,.]*requestId request\n$/);
  // The fuzzer comes through to every kind of answer.
  expect([...seen.keys()].sort()).toEqual([200, 204, 400, 401, 404, 405, 406, 414, 431]);
});
