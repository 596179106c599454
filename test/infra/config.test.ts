import { App } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { contextOf } from "./synthesis.ts";

const read = (changes: Readonly<Record<string, unknown>> = {}) =>
  readConfig(new App({ context: contextOf(changes) }).node);

describe("the configuration", () => {
  it("is good as it comes", () => {
    expect(read()).toMatchObject({
      stackName: "omnilog",
      retentionHours: 48,
      sources: ["sms", "push", "email", "omni"],
    });
  });

  it("takes texts, as -c gives them", () => {
    const changes = { retentionHours: "72.5", sources: "sms,omni", deletionProtection: "false", shards: "4" };
    expect(read(changes)).toMatchObject({
      retentionHours: 72.5,
      sources: ["sms", "omni"],
      deletionProtection: false,
      shards: 4,
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
    [{ reconcileEveryMinutes: 1000 }, /reconcileEveryMinutes must be at most 360/],
    [{ reconcileRequestsPerMinute: 121 }, /reconcileRequestsPerMinute must be at most 120/],
    [{ shards: 65 }, /shards must be at most 64/],
    [{ alarmEmail: "me" }, /alarmEmail must be an e-mail address, or empty/],
    [{ logRetentionDays: 31 }, /logRetentionDays must be one of 1, 3, 5/],
    [{ deletionProtection: "yes" }, /deletionProtection must be true or false/],
    [{ queryTimeoutMs: 60_000 }, /queryTimeoutMs must be at most 24000/],
    [{ indexRelease: 99 }, /indexRelease must be at most/],
    [{ retentionHour: 72 }, /retentionHour is not a setting/],
    [{ shards: undefined }, /shards is missing/],
    [{ shards: 0, alarmEmail: "me" }, /^cdk.json: shards must be at least 1; alarmEmail must be/],
  ])("says what is wrong with %j", (changes, message) => {
    expect(() => read(changes)).toThrow(message);
  });
});
