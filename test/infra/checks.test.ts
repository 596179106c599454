import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, CfnResource, Stack, Validations } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, it } from "vitest";
import { contextOf } from "./synthesis.ts";

/** Synthesises a stack of something bad, with the checks that our own stack passes in every other test here. */
function synthesizeBad(add: (stack: Stack) => void): void {
  const outdir = mkdtempSync(join(tmpdir(), "omnilog-bad-"));
  try {
    const app = new App({ context: contextOf(), outdir });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    add(new Stack(app, "Bad"));
    app.synth();
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

it("cdk-nag stops what breaks its rules", () => {
  expect(() => synthesizeBad((stack) => new Queue(stack, "Open"))).toThrow(/AwsSolutions-SQS4/);
});

it("CloudFormation's own rules stop what it would refuse", () => {
  const properties = { Colour: "red" };
  const add = (stack: Stack) => new CfnResource(stack, "Topic", { type: "AWS::SNS::Topic", properties });
  expect(() => synthesizeBad(add)).toThrow(/CloudFormation Validate/);
});
