import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** The Lambda that has every setting a command needs; its logical id begins with this. */
const KNOWS_ALL = "Reconciler";

const variables = v.record(v.string(), v.string());

/**
 * The environment of a deployed stack's reconciler: the settings that the stack uses now, whatever they are on the
 * machine of whoever runs a command. Needs the rights cloudformation:ListStackResources and
 * lambda:GetFunctionConfiguration. Throws ConfigurationError if there is no such stack, or it is not one of ours.
 */
export async function readDeployedSettings(stack: string): Promise<Readonly<Record<string, string>>> {
  const name = await reconcilerOf(stack);
  const lambda = new LambdaClient({});
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  lambda.destroy();
  return v.parse(variables, Environment?.Variables ?? {});
}

/**
 * The outputs of a stack, by name. Needs the right cloudformation:DescribeStacks. Throws ConfigurationError if there is
 * no such stack.
 */
export async function readOutputs(stack: string): Promise<Readonly<Record<string, string>>> {
  const client = new CloudFormationClient({});
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = Stacks.flatMap(({ Outputs = [] }) => Outputs);
    return Object.fromEntries(outputs.map(({ OutputKey, OutputValue = "" }) => [OutputKey, OutputValue]));
  } catch (error) {
    throw isNoStack(error) ? noStack(stack) : error;
  } finally {
    client.destroy();
  }
}

async function reconcilerOf(stack: string): Promise<string> {
  const client = new CloudFormationClient({});
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: stack })) {
      const found = page.StackResourceSummaries?.find(
        ({ ResourceType, LogicalResourceId }) =>
          ResourceType === "AWS::Lambda::Function" && LogicalResourceId?.startsWith(KNOWS_ALL),
      );
      if (found?.PhysicalResourceId) return found.PhysicalResourceId;
    }
  } catch (error) {
    throw isNoStack(error) ? noStack(stack) : error;
  } finally {
    client.destroy();
  }
  throw new ConfigurationError(`the stack ${stack} has no reconciler: is it one of Omnilog's?`);
}

function noStack(stack: string): ConfigurationError {
  return new ConfigurationError(`there is no stack ${stack} in this account and region`);
}

function isNoStack(error: unknown): boolean {
  return (
    error instanceof Error && error.name === "ValidationError" && error.message.includes("does not exist")
  );
}
