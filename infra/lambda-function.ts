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
 * The environment that the stack gives: every variable of a Lambda's schema, also those that have a default on a laptop,
 * so that a forgotten one does not compile. Secrets are named, never passed.
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
  // The code's default holds.
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
  /** Everything it may do besides writing its own log. */
  readonly rights: readonly PolicyStatement[];
  readonly timeout: Duration;
  readonly logRetentionDays: number;
  /** At most one run at a time. */
  readonly alone?: boolean;
  /** At most so many runs at a time; default: as many as the account may. */
  readonly most?: number | undefined;
  /** Where events end that it failed at, when it is invoked without anybody waiting for the answer. */
  readonly deadLetters?: IQueue;
}

/** A Lambda with a log of its own and no right that it was not given here. */
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
      // A share of a core goes with the memory: a full page of 1,000 reports is a second of a whole one.
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
