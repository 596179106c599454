import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { type PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type {
  ConsoleEnvironment,
  IngestEnvironment,
  QueryEnvironment,
  ReceiveEnvironment,
  ReconcileEnvironment,
  SettleEnvironment,
} from "../lib/runtime/config.ts";
import { HANDLER } from "./bundle.ts";

/**
 * The environment that the stack sets: every variable of a Lambda's schema, including those that have a default on a
 * laptop, so that a missing one does not compile. Secrets are passed by name, never by value.
 */
type Deployed<T> = {
  [K in Exclude<keyof T, NotDeployed>]-?: Exclude<T[K], undefined>;
};
type NotDeployed =
  | "INFOBIP_AUTHORIZATION"
  | "QUERY_CREDENTIALS"
  | "PUSH_CREDENTIALS"
  | "CURSOR_KEY"
  | "QUERY_ADMINS"
  | "CONSOLE_FILES"
  // The default in the code applies.
  | "QUERY_FAILURES_PER_MINUTE";
export type DeployedIngest = Deployed<IngestEnvironment>;
export type DeployedSettle = Deployed<SettleEnvironment>;
export type DeployedReconcile = Deployed<ReconcileEnvironment>;
export type DeployedReceive = Deployed<ReceiveEnvironment>;
export type DeployedQuery = Deployed<QueryEnvironment>;
export type DeployedConsole = Deployed<ConsoleEnvironment>;

export interface FunctionProps {
  readonly description: string;
  /** The folder of its bundle. */
  readonly code: string;
  readonly environment:
    | DeployedIngest
    | DeployedReconcile
    | DeployedSettle
    | DeployedQuery
    | DeployedReceive
    | DeployedConsole;
  /** All its rights, except that it may write its own log. */
  readonly rights: readonly PolicyStatement[];
  readonly timeout: Duration;
  readonly logRetentionDays: number;
  /** At most one run at a time. */
  readonly alone?: boolean;
  /** The most runs at a time; by default as many as the account allows. */
  readonly most?: number | undefined;
  /** Where events go whose processing failed, if it is invoked asynchronously. */
  readonly deadLetters?: IQueue;
}

/** A Lambda with its own log, and only the rights that are given here. */
export class OwnFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const most = props.alone ? 1 : props.most;
    this.logGroup = new LogGroup(this, "Log", {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    this.logGroup.grantWrite(role);
    for (const statement of props.rights) role.addToPolicy(statement);
    this.lambda = new LambdaFunction(this, "Function", {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // CPU is proportional to memory: a full page of 1,000 reports needs one second of a whole core.
      memorySize: 1024,
      code: Code.fromAsset(props.code),
      handler: HANDLER,
      timeout: props.timeout,
      environment: { ...props.environment, NODE_OPTIONS: "--enable-source-maps" },
      logGroup: this.logGroup,
      role,
      ...(props.deadLetters ? { deadLetterQueue: props.deadLetters } : {}),
      ...(most === undefined ? {} : { reservedConcurrentExecutions: most }),
    });
  }
}
