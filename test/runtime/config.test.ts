import { describe, expect, test } from "vitest";
import {
  ingestEnvironment,
  localEnvironment,
  parseEnvironment,
  queryEnvironment,
  reconcileEnvironment,
} from "../../lib/runtime/config.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

const SECRET = "hunter2";

/** What is said of this environment; fails when nothing is. */
function fault(schema: Parameters<typeof parseEnvironment>[0], environment: Record<string, string>): string {
  try {
    parseEnvironment(schema, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).message;
  }
  throw new Error("it was taken");
}

describe("a wrong variable is named, with what is allowed", () => {
  test.each([
    ["PORT", "0", "at least 1"],
    ["PORT", "65536", "at most 65535"],
    ["PORT", "80a", "whole number"],
    ["INFOBIP_BASE_URL", "xxxxx.api.infobip.com", "URL"],
    ["INFOBIP_AUTHORIZATION", SECRET, "Basic …, App …, IBSSO … or Bearer …"],
    ["INFOBIP_AUTHORIZATION", "Basic", "Basic …"],
    ["INGEST_INTERVAL_SECONDS", "0", "above 0"],
    ["INGEST_INTERVAL_SECONDS", "soon", "number of seconds"],
    ["RECONCILE_INTERVAL_SECONDS", "-30", "number of seconds"],
    ["RETENTION_HOURS", "2 days", "number of hours"],
    ["RETENTION_HOURS", "0", "above 0"],
    ["AWS_ENDPOINT_URL_DYNAMODB", "localhost", "URL"],
    ["QUERY_CREDENTIALS", SECRET, "user:password"],
    ["QUERY_CREDENTIALS", `ann:${SECRET},bob`, "user:password"],
    ["LOG_FORMAT", "xml", "json or text"],
  ])("%s=%s", (name, value, allowed) => {
    const message = fault(localEnvironment, { [name]: value });
    expect(message).toMatch(new RegExp(`^${name} must be`));
    expect(message).toContain(allowed);
    expect(message).not.toContain(SECRET);
  });

  test.each([
    ["RECONCILE_REQUESTS_PER_MINUTE", "121", reconcileEnvironment],
    ["QUERY_READ_UNITS", "many", queryEnvironment],
    ["QUERY_TIMEOUT_MS", "30000", queryEnvironment],
  ] as const)("%s=%s", (name, value, schema) => {
    expect(fault(schema, { INFOBIP_BASE_URL: "https://api.infobip.com", [name]: value })).toMatch(
      new RegExp(`^${name} must be`),
    );
  });
});

test("a variable that must be there is said to be missing; an empty one counts as absent", () => {
  expect(fault(ingestEnvironment, {})).toBe("INFOBIP_BASE_URL is missing");
  expect(fault(ingestEnvironment, { INFOBIP_BASE_URL: "" })).toBe("INFOBIP_BASE_URL is missing");
});

test("all faults are said at once", () => {
  const message = fault(localEnvironment, { PORT: "x", RETENTION_HOURS: "x", DATA_DIR: "" });
  expect(message.split("; ").map((part) => part.split(" ")[0])).toEqual(["RETENTION_HOURS", "PORT"]);
});

test("the local defaults", () => {
  expect(parseEnvironment(localEnvironment, { HOME: "/", PORT: "" })).toMatchObject({
    PORT: 3000,
    INGEST_INTERVAL_SECONDS: 5,
    RECONCILE_INTERVAL_SECONDS: 30,
    RETENTION_HOURS: 48,
  });
});

test("passwords may hold colons, and there may be several pairs", () => {
  const environment = { QUERY_CREDENTIALS: "Aladdin:open sesame,ann:a:b:c" };
  expect(parseEnvironment(queryEnvironment, environment)).toMatchObject(environment);
});
