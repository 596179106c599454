import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { contextOf } from "./synthesis.ts";

const read = (changes: Readonly<Record<string, unknown>> = {}) =>
  readConfig(new App({ context: contextOf(changes) }).node, folder);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "omnilog-settings-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the configuration", () => {
  it("is good as it comes", () => {
    expect(read()).toMatchObject({
      stackName: "omnilog",
      retentionHours: 48,
      sources: ["sms", "push", "email", "omni"],
    });
  });

  it("has a default for every setting, so that an update asks for none", () => {
    expect(Object.keys(contextOf()).filter((name) => !name.includes(":"))).toEqual([]);
  });

  it("takes a stack's own file before the defaults, and -c before the file", () => {
    writeFileSync(
      join(folder, "omnilog.json"),
      '{ "retentionHours": 96, "queryTimeoutMs": 2000, "tags": { "team": "a" } }',
    );
    expect(read({ queryTimeoutMs: "4000" })).toMatchObject({
      retentionHours: 96,
      queryTimeoutMs: 4000,
      tags: { team: "a" },
    });
    expect(read({ stackName: "other" })).toMatchObject({
      retentionHours: 48,
      queryTimeoutMs: 20000,
      tags: {},
    });
    expect(read({ tags: "team=b,cost=7" }).tags).toEqual({ team: "b", cost: "7" });
  });

  it.each([
    ["{", /^.omnilog\/omnilog.json must be a JSON object/],
    ["[1]", /^.omnilog\/omnilog.json must be a JSON object/],
    ['{ "retentionHour": 1 }', /retentionHour is not a setting/],
    ['{ "queryReadUnits": 0 }', /queryReadUnits must be at least 1/],
    ['{ "stackName": "other" }', /stackName must be that of the file/],
  ])("says what is wrong with a file of %s", (text, message) => {
    writeFileSync(join(folder, "omnilog.json"), text);
    expect(() => read()).toThrow(message);
  });

  it("takes texts, as -c gives them", () => {
    const changes = {
      retentionHours: "72.5",
      sources: "sms,omni",
      deletionProtection: "false",
      queryReadUnits: "4",
    };
    expect(read(changes)).toMatchObject({
      retentionHours: 72.5,
      sources: ["sms", "omni"],
      deletionProtection: false,
      queryReadUnits: 4,
    });
  });

  it.each([
    [{ stackName: "9lives" }, /stackName must be letters/],
    [{ infobipBaseUrl: "api.infobip.com" }, /infobipBaseUrl must be a URL without a path/],
    [{ retentionHours: 0 }, /retentionHours must be at least 1/],
    [{ retentionHours: "two days" }, /retentionHours must be a number of hours/],
    [{ sources: [] }, /sources must name at least one source/],
    [{ sources: ["sms", "fax"] }, /sources\.1 must be of sms, push, email, omni/],
    [{ sources: "sms,sms" }, /sources must name a source once/],
    [{ ingestEveryMinutes: 1.5 }, /ingestEveryMinutes must be a whole number/],
    [{ reconcileEveryMinutes: 150 }, /reconcileEveryMinutes must be at most 120/],
    [{ reconcileRequestsPerMinute: 121 }, /reconcileRequestsPerMinute must be at most 120/],
    [{ queryReadUnits: 2_000_000 }, /queryReadUnits must be at most 1000000/],
    [{ alarmEmail: "me" }, /alarmEmail must be an e-mail address, or empty/],
    [{ logRetentionDays: 31 }, /logRetentionDays must be one of 1, 3, 5/],
    [{ deletionProtection: "yes" }, /deletionProtection must be true or false/],
    [{ queryTimeoutMs: 60_000 }, /queryTimeoutMs must be at most 24000/],
    [{ retentionHour: 72 }, /retentionHour is not a setting/],
    [
      { queryReadUnits: 0, alarmEmail: "me" },
      /^.omnilog\/omnilog.json and -c: queryReadUnits must be at least 1; alarmEmail must be/,
    ],
    [
      { throttleRatePerSecond: 100 },
      /throttleRatePerSecond must be at least 150, three times queryRatePerMinute/,
    ],
    [{ queryRateBurst: 1000 }, /throttleBurst must be at least 3000, three times queryRateBurst/],
    [{ domainName: "logs.example.com" }, /domainName and certificateArn go together/],
    [{ hostedZoneId: "Z1" }, /hostedZoneId needs a domainName/],
    [{ tags: "team" }, /tags must be name=value pairs/],
  ])("says what is wrong with %j", (changes, message) => {
    expect(() => read(changes)).toThrow(message);
  });
});
