import { describe, expect, it } from "vitest";
import { isEmulator, leaveOutUnsupported } from "../../infra/emulator.ts";
import { synthesize } from "./synthesis.ts";

describe("a stack for an emulator of AWS", () => {
  it("is one when its tools are sent elsewhere than to AWS", () => {
    for (const host of [
      "localhost",
      "127.0.0.1",
      "[::1]",
      "localstack",
      "a.localhost",
      "localhost.localstack.cloud",
    ])
      expect(isEmulator(`http://${host}:4566`), host).toBe(true);
    for (const url of [
      undefined,
      "",
      "none",
      "https://dynamodb.eu-central-1.amazonaws.com",
      "https://sts.amazonaws.com.cn/",
      "https://cloudformation.eu-west-1.api.aws",
      "https://proxy.example.com/aws",
    ])
      expect(isEmulator(url), url).toBe(false);
  });

  it("lacks the alarms that such refuse, and nothing else", () => {
    const whole = synthesize();
    const reduced = synthesize({}, leaveOutUnsupported);
    const isRefused = (id: string) => {
      const { Type, Properties } = whole.resources[id] ?? { Type: "", Properties: {} };
      return (
        Type === "AWS::CloudWatch::CompositeAlarm" ||
        (Type === "AWS::CloudWatch::Alarm" && Properties.Metrics)
      );
    };
    const left = Object.keys(whole.resources).filter((id) => !isRefused(id));
    expect(Object.keys(reduced.resources)).toEqual(left);
    expect(left.length).toBeLessThan(Object.keys(whole.resources).length);
    expect(reduced.count("AWS::CloudWatch::Alarm")).toBeGreaterThan(5);
  });
});
