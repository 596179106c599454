import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "../functions/service.ts";
import { described } from "./described.ts";

const HAS_TABLE = false;
let service: Service;
beforeAll(async () => {
  service = await startService({}, HAS_TABLE);
});
afterAll(() => service[Symbol.asyncDispose]());

const ask = async (path: string, accept: string) =>
  described(await service.ask(path, { headers: { accept } }));

test("500 says no more than that, in the shape of its endpoint, with all the headers of an answer", async () => {
  const older = await ask("/omni/1/logs", "application/json");
  expect(older.status).toBe(500);
  expect(JSON.parse(older.text).requestError.serviceException).toEqual({
    messageId: "GENERAL_ERROR",
    text: "Something went wrong. Please contact support.",
  });
  expect(JSON.parse((await ask("/email/4/logs", "text/csv")).text)).toMatchObject({
    errorCode: "E500",
    resources: [],
  });
  expect((await ask("/sms/3/logs", "application/xml")).text).toContain(
    "<ApiError><errorCode>E500</errorCode>",
  );
});

test("another method: 405, and which there are", async () => {
  const response = await service.ask("/sms/1/logs", { method: "DELETE" });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
  expect(response.headers.get("strict-transport-security")).toBeTruthy();
});

test("OPTIONS says which methods there are, to anybody", async () => {
  const response = await fetch(`${service.url}/omni/1/logs`, { method: "OPTIONS" });
  expect([response.status, await response.text()]).toEqual([204, ""]);
  expect(response.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
});

test("HEAD is GET without a body", async () => {
  const response = await service.ask("/openapi.json", { method: "HEAD" });
  expect([response.status, await response.text()]).toEqual([200, ""]);
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
});

test("whether it is up can be asked by anybody, and says nothing else", async () => {
  const { status, text } = await described(await fetch(`${service.url}/health`));
  expect([status, text]).toEqual([200, '{"status":"UP"}']);
});

test.each(["/", "/omni/1/log", "/omni/1/logs/", "/%2e%2e"])("%s: 404", async (path) => {
  expect((await ask(path, "application/json")).status).toBe(404);
});

test("what describes the API needs neither table nor credentials", async () => {
  for (const path of ["/docs", "/openapi.json"]) {
    const { status, headers } = await described(await fetch(service.url + path));
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  }
});
