import { execFileSync, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, it, test } from "vitest";
import { startAccount } from "../functions/commands/account.ts";
import { FUNCTIONS, OUTPUTS, PARTS, RESOURCES } from "./runbook.ts";
import { synthesize, type Template } from "./synthesis.ts";

describe("what the runbook looks up", () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize();
  }, 120_000);

  it("is there, once each", () => {
    expect(RESOURCES.length).toBeGreaterThan(8);
    for (const [type, part] of RESOURCES) {
      const found = template.all(type).filter(([id]) => id.includes(part));
      expect({ type, part, found: found.length }).toEqual({ type, part, found: 1 });
    }
  });

  it("has a log by each name that it gives", () => {
    expect(PARTS).toHaveLength(7);
    for (const part of PARTS) {
      expect(template.all("AWS::Logs::LogGroup").filter(([id]) => id.includes(part))).toHaveLength(1);
    }
  });

  it("are outputs of the stack", () => {
    const outputs = Object.keys(JSON.parse(template.text).Outputs);
    expect(OUTPUTS.filter((name) => !outputs.includes(name))).toEqual([]);
    expect(OUTPUTS.length).toBeGreaterThan(0);
  });
});

/** Any version of the AWS CLI does for this; the runbook asks for version 2 because of `aws logs tail`. */
const hasCli = (() => {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("no AWS CLI here: the runbook's commands are not run against a stack");
    return false;
  }
})();

test.skipIf(!hasCli)("resource() finds what is behind the first hundred resources", async () => {
  await using account = await startAccount("omnilog", {});
  const { AWS_ENDPOINT_URL_CLOUDFORMATION: url, ...environment } = account.environment;
  const script = `${FUNCTIONS}\nresource AWS::Lambda::Function Reconciler`;
  const child = spawn("bash", ["-c", script], {
    env: { ...process.env, ...environment, AWS_ENDPOINT_URL: url, AWS_DEFAULT_REGION: "eu-central-1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(await text(child.stdout)).toBe("omnilog-ReconcilerReconcileFunction-1\n");
});
