import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, BillingMode, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { TABLE } from "../lib/store/table.ts";
import type { Config } from "./config.ts";
import { INDEX_RELEASES } from "./index-releases.ts";

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** The one table. It outlives the stack: what it holds cannot be had again after 48 hours. */
export class ArchiveTable extends Construct {
  readonly name: string;
  readonly #table: Table;
  readonly #indexes: readonly string[];

  constructor(scope: Construct, id: string, config: Pick<Config, "deletionProtection" | "indexRelease">) {
    super(scope, id);
    this.#table = new Table(this, "Table", {
      partitionKey: text(TABLE.partitionKey),
      sortKey: text(TABLE.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: TABLE.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.AWS_MANAGED,
      deletionProtection: config.deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const indexes = INDEX_RELEASES[config.indexRelease - 1] ?? {};
    this.#indexes = Object.keys(indexes);
    for (const [indexName, partition] of Object.entries(indexes)) {
      this.#table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partition),
        sortKey: text(TABLE.indexes[0]?.sortKey ?? TABLE.sortKey),
      });
    }
    this.name = this.#table.tableName;
  }

  /** What pulling and reconciling take: records by key, and a partition in order. Never an index, never a scan. */
  writing(): PolicyStatement {
    const actions = ["BatchGetItem", "GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"];
    return new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [this.#table.tableArn],
    });
  }

  /** What answering takes; each index by its name. */
  reading(): PolicyStatement {
    const { tableArn } = this.#table;
    return new PolicyStatement({
      actions: ["dynamodb:GetItem", "dynamodb:Query"],
      resources: [tableArn, ...this.#indexes.map((name) => `${tableArn}/index/${name}`)],
    });
  }

  /** What counting the requests of a client takes: the items of rate.ts and no other. */
  counting(): PolicyStatement {
    return new PolicyStatement({
      actions: ["dynamodb:UpdateItem"],
      resources: [this.#table.tableArn],
      conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["rate#*"] } },
    });
  }

  /** Units consumed in five minutes, which is what DynamoDB bills, by the table and by each index. */
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
    return [
      metric("table", {}),
      ...this.#indexes.map((name) => metric(name, { GlobalSecondaryIndexName: name })),
    ];
  }

  /** Requests that DynamoDB put off. */
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
