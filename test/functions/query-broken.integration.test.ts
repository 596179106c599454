import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "./service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService({}, false);
});
afterAll(() => service[Symbol.asyncDispose]());

const TEXT = "Something went wrong. Please contact support.";

test("500 has a fixed text, and says nothing of the table that is missing", async () => {
  const response = await service.ask("/omni/1/logs");
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    requestError: { serviceException: { messageId: "GENERAL_ERROR", text: TEXT } },
  });
});

test("500 is XML where XML was asked for", async () => {
  const response = await service.ask("/omni/1/logs", { headers: { accept: "application/xml" } });
  expect([response.status, response.headers.get("content-type")]).toEqual([
    500,
    "application/xml; charset=utf-8",
  ]);
  expect(await response.text()).toContain(`<text>${TEXT}</text>`);
});
