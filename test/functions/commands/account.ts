import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** As many as the stack has, and then some: more than one page of a hundred. */
const RESOURCES = 130;
const PAGE = 100;
const RECONCILER = "omnilog-ReconcilerReconcileFunction-1";

type Texts = Readonly<Record<string, string>>;

/**
 * The APIs of AWS that say how a stack is deployed, over HTTP: CloudFormation's list of resources (in pages, the
 * reconciler on the last of them) and its outputs, Lambda's configuration of a function, and the secrets' values, by ARN.
 */
export async function startAccount(
  stack: string,
  variables: Texts,
  outputs: Texts = {},
  secrets: Texts = {},
) {
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(request);
    response.writeHead(status, { "content-type": body.startsWith("<") ? "text/xml" : "application/json" });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    if (request.url?.includes("/functions/")) {
      const isThere = request.url.includes(RECONCILER);
      const Variables = { ...variables, NODE_OPTIONS: "--enable-source-maps" };
      return isThere
        ? { status: 200, body: JSON.stringify({ FunctionName: RECONCILER, Environment: { Variables } }) }
        : { status: 404, body: '{"Message":"no such function"}' };
    }
    const sent = await text(request);
    if (request.headers["x-amz-target"] === "secretsmanager.GetSecretValue")
      return { status: 200, body: JSON.stringify({ SecretString: secrets[JSON.parse(sent).SecretId] }) };
    const form = new URLSearchParams(sent);
    if (form.get("Action") === "DescribeStacks" && form.get("StackName") === stack)
      return { status: 200, body: described(stack, outputs) };
    const isKnown = form.get("Action") === "ListStackResources" && form.get("StackName") === stack;
    return isKnown ? { status: 200, body: resources(Number(form.get("NextToken") ?? 0)) } : noStack(form);
  }

  return {
    environment: {
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      AWS_ENDPOINT_URL_LAMBDA: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "eu-central-1",
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function described(stack: string, outputs: Texts): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>${stack}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>
<Outputs>${members.join("")}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

function resources(from: number): string {
  const members = Array.from({ length: RESOURCES }, (_, n) =>
    n === RESOURCES - 1
      ? member("AWS::Lambda::Function", "ReconcilerReconcileFunction1234", RECONCILER)
      : member("AWS::SQS::Queue", `Queue${n}`, `https://queue/${n}`),
  ).slice(from, from + PAGE);
  const next = from + PAGE < RESOURCES ? `<NextToken>${from + PAGE}</NextToken>` : "";
  return `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult>
<StackResourceSummaries>${members.join("")}</StackResourceSummaries>${next}</ListStackResourcesResult></ListStackResourcesResponse>`;
}

function member(type: string, logical: string, physical: string): string {
  return `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logical}</LogicalResourceId>
<PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`;
}

function noStack(form: URLSearchParams): { status: number; body: string } {
  const message = `Stack with id ${form.get("StackName")} does not exist`;
  return {
    status: 400,
    body: `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code>
<Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  };
}
