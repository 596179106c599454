import { beforeAll, expect, it } from "vitest";
import { keyPatterns } from "../../lib/runtime/kinds.ts";
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

/** The statements about the table, as what may be done with which keys. */
const tableRights = (rights: readonly Statement[]) =>
  rights
    .filter(({ Action }) => JSON.stringify(Action).includes("dynamodb:"))
    .map(({ Action, Condition }) => ({ actions: list(Action), keys: keysOf(Condition) }));

function keysOf(condition: Statement["Condition"]): unknown[] {
  const { "ForAllValues:StringLike": like } = (condition ?? {}) as Record<string, Record<string, unknown>>;
  return list(like?.["dynamodb:LeadingKeys"]);
}

const others = (rights: readonly Statement[]) =>
  actionsOf(rights).filter((action) => !String(action).startsWith("dynamodb:"));

it.each([
  ["ingest", /^Ingestsms/],
  ["reconcile", /^Reconciler/],
] as const)("lets the %s write the kinds of items that it needs, and read one secret", (job, id) => {
  const rights = rightsOf(id);
  for (const { actions, keys } of tableRights(rights)) {
    const isWriting = actions.includes("dynamodb:PutItem");
    expect(keys).toEqual(keyPatterns(job, isWriting ? "writes" : "reads"));
    expect(keys.some((key) => key === "client" || String(key).startsWith("rate#") || key === "*")).toBe(
      false,
    );
  }
  expect(others(rights)).toEqual([
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
  ]);
});

it("lets no ingest write how far the reconciler has checked", () => {
  const written = tableRights(rightsOf(/^Ingestsms/)).flatMap(({ keys }) => keys);
  expect(written).not.toContain("reconcile");
});

it("lets the query read, and write nothing but its counters, who is signed in, how far clients have read, and what admins ask", () => {
  const rights = rightsOf(/^Endpoint/);
  const reading = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];
  expect(tableRights(rights)).toEqual([
    { actions: ["dynamodb:UpdateItem"], keys: ["position", "quarantine-request", "session", "rate#*"] },
    { actions: reading, keys: keyPatterns("query", "reads") },
  ]);
  expect(others(rights)).toEqual([
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    // Who may query, and what cursors are sealed with.
    "secretsmanager:GetSecretValue",
    "secretsmanager:GetSecretValue",
  ]);
});

it("lets what the world can push to write what a merge does, and read only what was pushed", () => {
  const rights = rightsOf(/^Receiver/);
  expect(tableRights(rights)).toEqual([
    {
      actions: ["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      keys: keyPatterns("receive", "writes"),
    },
    { actions: ["dynamodb:GetItem", "dynamodb:Query"], keys: keyPatterns("receive", "reads") },
  ]);
  expect(others(rights)).toEqual([
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
  ]);
});

it("lets the console's page do nothing but write its own log", () => {
  const rights = rightsOf(/^ConsolePage/);
  expect(actionsOf(rights)).toEqual(["logs:CreateLogStream", "logs:PutLogEvents"]);
  const [, lambda] = template.all("AWS::Lambda::Function").find(([id]) => id.startsWith("ConsolePage")) ?? [];
  expect(Object.keys(lambda?.Properties.Environment.Variables)).toEqual(["NODE_OPTIONS"]);
});

it("gives each side its own secret", () => {
  const secretOf = (rights: readonly Statement[]) =>
    rights.find(({ Action }) => Action === "secretsmanager:GetSecretValue")?.Resource;
  const secrets = [/^Ingestsms/, /^Endpoint/, /^Receiver/].map((id) =>
    JSON.stringify(secretOf(rightsOf(id))),
  );
  expect(new Set(secrets).size).toBe(3);
});

it("is called by Scheduler and API Gateway of this account only", () => {
  const roles = template
    .all("AWS::IAM::Role")
    .map(([, { Properties }]) => Properties.AssumeRolePolicyDocument);
  const scheduler = roles
    .flatMap(({ Statement: all }) => all)
    .filter(({ Principal }) => Principal.Service === "scheduler.amazonaws.com");
  expect(scheduler).toHaveLength(7);
  for (const { Condition } of scheduler) {
    expect(Condition.StringEquals["aws:SourceAccount"]).toEqual({ Ref: "AWS::AccountId" });
  }
  for (const [, { Properties }] of template.all("AWS::Lambda::Permission")) {
    expect(JSON.stringify(Properties.SourceArn)).toContain("execute-api");
  }
});
