import { beforeAll, expect, it } from "vitest";
import { type Resource, synthesize, type Template } from "./synthesis.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

let template: Template;
beforeAll(() => {
  template = synthesize();
}, 120_000);

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const statements = ({ Properties }: Resource): Statement[] => Properties.PolicyDocument.Statement;

/** What the role of a Lambda may do, by the first word of its id. */
function rightsOf(function_: RegExp): Statement[] {
  const [, lambda] = template.all("AWS::Lambda::Function").find(([id]) => function_.test(id)) ?? [];
  const role = lambda?.Properties.Role["Fn::GetAtt"][0];
  return template
    .all("AWS::IAM::Policy")
    .filter(([, { Properties }]) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(([, policy]) => statements(policy));
}

const actionsOf = (rights: readonly Statement[]) => rights.flatMap(({ Action }) => list(Action)).sort();

it("has no wildcard action, no wildcard resource and no ready-made policy", () => {
  for (const [, policy] of template.all("AWS::IAM::Policy")) {
    for (const { Action, Resource } of statements(policy)) {
      expect(JSON.stringify([Action, Resource])).not.toContain("*");
    }
  }
  for (const [, { Properties }] of template.all("AWS::IAM::Role")) {
    expect(Properties.ManagedPolicyArns).toBeUndefined();
  }
});

it("opens nothing to everybody: a policy that names all principals only forbids", () => {
  const open = [...template.all("AWS::SQS::QueuePolicy"), ...template.all("AWS::SNS::TopicPolicy")]
    .flatMap(([, policy]) => statements(policy))
    .filter(({ Principal }) => JSON.stringify(Principal).includes("*"));
  expect(open.every(({ Effect }) => Effect === "Deny")).toBe(true);
  expect(template.text).not.toContain('"AWS::S3::Bucket"');
  expect(template.text).not.toContain('"AWS::Lambda::Url"');
});

it("lets those who pull write records, read one secret, and nothing else", () => {
  const table = ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"];
  for (const job of [/^Ingestsms/, /^Reconciler/]) {
    expect(actionsOf(rightsOf(job))).toEqual([
      ...table.map((action) => `dynamodb:${action}`),
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
      "sqs:SendMessage",
    ]);
  }
});

it("lets the query read, and write nothing but its counters", () => {
  const rights = rightsOf(/^Endpoint/);
  expect(actionsOf(rights)).toEqual([
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "secretsmanager:GetSecretValue",
  ]);
  const counting = rights.find(({ Action }) => Action === "dynamodb:UpdateItem");
  expect(counting?.Condition).toEqual({
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["rate#*"] },
  });
});

it("gives each side its own secret", () => {
  const secretOf = (rights: readonly Statement[]) =>
    rights.find(({ Action }) => Action === "secretsmanager:GetSecretValue")?.Resource;
  expect(secretOf(rightsOf(/^Ingestsms/))).not.toEqual(secretOf(rightsOf(/^Endpoint/)));
});

it("is called by Scheduler and API Gateway of this account only", () => {
  const roles = template
    .all("AWS::IAM::Role")
    .map(([, { Properties }]) => Properties.AssumeRolePolicyDocument);
  const scheduler = roles
    .flatMap(({ Statement: all }) => all)
    .filter(({ Principal }) => Principal.Service === "scheduler.amazonaws.com");
  expect(scheduler).toHaveLength(5);
  for (const { Condition } of scheduler) {
    expect(Condition.StringEquals["aws:SourceAccount"]).toEqual({ Ref: "AWS::AccountId" });
  }
  for (const [, { Properties }] of template.all("AWS::Lambda::Permission")) {
    expect(JSON.stringify(Properties.SourceArn)).toContain("execute-api");
  }
});
