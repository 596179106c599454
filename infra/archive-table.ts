import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, BillingMode, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { TABLE } from "../lib/archive/table.ts";
import type { TableRole } from "../lib/runtime/kinds.ts";
import { tableRights } from "../lib/runtime/table-rights.ts";
import type { Alarms } from "./alarms.ts";
import type { Config } from "./config.ts";

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** An occasional request that is throttled is retried, and nobody notices. */
const THROTTLED_IN_FIVE_MINUTES = 100;

/** The only table. It outlives the stack, since after 48 hours its content cannot be had again. */
export class ArchiveTable extends Construct {
  readonly name: string;
  readonly #table: Table;

  constructor(scope: Construct, id: string, config: Pick<Config, "deletionProtection">) {
    super(scope, id);
    this.#table = new Table(this, "Table", {
      partitionKey: text(TABLE.partitionKey),
      sortKey: text(TABLE.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: TABLE.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: config.deletionProtection,
      // An empty table that a failed first deployment leaves behind would only be in the way of the next.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.name = this.#table.tableName;
  }

  /** The rights of a Lambda, each bound to the keys of its kinds of items: see `tableRights`. */
  rights(role: TableRole): PolicyStatement[] {
    return tableRights(role).map(
      ({ actions, keys }) =>
        new PolicyStatement({
          actions: actions.map((action) => `dynamodb:${action}`),
          resources: [this.#table.tableArn],
          conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } },
        }),
    );
  }

  /** Units consumed in five minutes, which is what DynamoDB bills, for the table and each index. */
  consumed(kind: "Read" | "Write"): Metric[] {
    const metric = (label: string, more: Record<string, string>) =>
      new Metric({
        namespace: "AWS/DynamoDB",
        metricName: `Consumed${kind}CapacityUnits`,
        dimensionsMap: { TableName: this.name, ...more },
        statistic: "Sum",
        period: Duration.minutes(5),
        label,
      });
    return [metric("table", {})];
  }

  /** Watches for throttling. */
  watch(alarms: Alarms): void {
    alarms.add(this, {
      heading: "The table is throttled",
      impact: "Reports are archived, and questions answered, late; a question may be answered in part.",
      metric: new MathExpression({
        expression: "FILL(reads, 0) + FILL(writes, 0)",
        usingMetrics: { reads: this.throttled("Read"), writes: this.throttled("Write") },
        period: Duration.minutes(5),
      }),
      above: THROTTLED_IN_FIVE_MINUTES,
      periods: 3,
      missing: "good",
    });
  }

  /** Throttled requests. */
  throttled(kind: "Read" | "Write"): Metric {
    return new Metric({
      namespace: "AWS/DynamoDB",
      metricName: `${kind}ThrottleEvents`,
      dimensionsMap: { TableName: this.name },
      statistic: "Sum",
      period: Duration.minutes(5),
      label: `${kind.toLowerCase()} throttles`,
    });
  }
}
