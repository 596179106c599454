import { describe, expect, test } from "vitest";
import { docsPage } from "../../lib/api/docs-page.ts";
import { LOGS_ENDPOINTS } from "../../lib/api/endpoints.ts";
import { describeApi } from "../../lib/api/openapi.ts";
import { parseLogsRequest } from "../../lib/api/parameters.ts";
import { DOCUMENT, expectDescribed, expectSchema, LOGS_PATHS } from "./described.ts";

const parametersOf = (path: string) => DOCUMENT.paths[path]?.get.parameters ?? [];
const everyParameter = LOGS_PATHS.flatMap(parametersOf);

test("is an OpenAPI 3.1 document, of JSON alone, whose references all lead somewhere", () => {
  const text = JSON.stringify(describeApi());
  expect(JSON.parse(text)).toEqual(describeApi());
  expect(describeApi()).toMatchObject({ openapi: "3.1.0", info: { title: "Omnilog", version: "1" } });
  for (const [, reference = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = reference
      .split("/")
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], describeApi());
    expect(target, reference).toBeTypeOf("object");
  }
});

test("describes each endpoint, and all that it takes", () => {
  expect(LOGS_PATHS).toEqual(LOGS_ENDPOINTS.map(({ path }) => path));
  for (const { path, parameters } of LOGS_ENDPOINTS)
    expect(parametersOf(path).map(({ name }) => name)).toEqual(parameters.names);
  const ids = Object.values(DOCUMENT.paths)
    .flatMap((operations) => Object.values(operations))
    .map((operation) => (operation as unknown as { operationId: string }).operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every parameter is told in words, and its schema is a valid one", () => {
  for (const [n, path] of LOGS_PATHS.entries()) {
    parametersOf(path).forEach(({ description, schema }, at) => {
      expect(description).toMatch(/\.$/);
      expect(schema.type, `${path} ${n}`).toBeTypeOf("string");
      // ajv compiles it, and so refuses it if it is none.
      if ("default" in schema)
        expectSchema(["paths", path, "get", "parameters", String(at), "schema"], schema.default);
    });
  }
});

describe("what is written by hand agrees with what validates", () => {
  const limit = everyParameter.find(({ name }) => name === "limit")?.schema;
  const isTaken = (query: string) => "request" in parseLogsRequest(query);

  test("limit", () => {
    expect(limit).toEqual({ type: "integer", minimum: 1, maximum: 1_000, default: 50 });
    expect([0, 1, 1_000, 1_001].map((n) => isTaken(`limit=${n}`))).toEqual([false, true, true, false]);
    expect(parseLogsRequest("")).toMatchObject({ request: { limit: 50, useCursor: false } });
  });

  test("flags and dates", () => {
    expect(["true", "false", "1"].map((flag) => isTaken(`useCursor=${flag}`))).toEqual([true, true, false]);
    for (const { schema } of everyParameter.filter((parameter) => parameter.schema.format === "date-time")) {
      const [example] = schema.examples as string[];
      expect(isTaken(`sentSince=${encodeURIComponent(example ?? "")}`)).toBe(true);
    }
  });
});

test("the checker of answers finds what is not described", () => {
  const headers = {
    ...{
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
    ...{ "strict-transport-security": "max-age=1", "x-request-id": "1" },
  };
  const answer = { path: "/omni/1/logs", status: 200, headers, text: '{"results":[]}' };
  expectDescribed(answer);
  const record = '{"messageId":"a","channel":"SMS","sentAt":"2026-03-01T12:00:00.000+0000","status":{}}';
  expectDescribed({ ...answer, text: `{"results":[${record}]}` });
  for (const wrong of [
    { text: "{}" },
    { text: '{"results":[{"messageId":"a"}]}' },
    { text: `{"results":[${record.replace("+0000", "Z")}]}` },
    { status: 418 },
    { status: 404, path: "/" },
    { headers: { ...headers, "x-request-id": "" } },
    { headers: { ...headers, "content-type": "text/plain" } },
  ])
    expect(() => expectDescribed({ ...answer, ...wrong }), JSON.stringify(wrong)).toThrow();
});

test("the page loads nothing but the description, and its script is one that runs", () => {
  const page = docsPage();
  expect(page.match(/(?:src|href)="([^"]+)"/g)).toEqual(['href="openapi.json"']);
  expect(page).not.toMatch(/https?:|@import|url\(/);
  const [, script = ""] = /<script type="module">([\s\S]*)<\/script>/.exec(page) ?? [];
  const AsyncFunction = (async () => {}).constructor as new (body: string) => unknown;
  expect(() => new AsyncFunction(script)).not.toThrow();
});
