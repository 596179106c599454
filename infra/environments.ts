import type { Alarms } from "./alarms.ts";
import type { ArchiveTable } from "./archive-table.ts";
import type { Config } from "./config.ts";
import type {
  DeployedIngest,
  DeployedQuery,
  DeployedReceive,
  DeployedReconcile,
  DeployedSettle,
} from "./lambda-function.ts";
import type { GeneratedSecret, OwnersSecret } from "./secrets.ts";

export interface Resources {
  readonly table: ArchiveTable;
  readonly infobip: OwnersSecret;
  readonly clients: OwnersSecret;
  readonly pushers: OwnersSecret;
  readonly cursorKey: GeneratedSecret;
  readonly alarms: Alarms;
}

/** The environment of each Lambda. A variable that is added to a schema but not here does not compile. */
export function deployedEnvironments(
  config: Config,
  { table, infobip, clients, pushers, cursorKey, alarms }: Resources,
) {
  const storage = {
    TABLE_NAME: table.name,
    RETENTION_HOURS: String(config.retentionHours),
    STACK_NAME: config.stackName,
    LOG_FORMAT: "json" as const,
  };
  const ingest: DeployedIngest = {
    ...storage,
    INFOBIP_BASE_URL: config.infobipBaseUrl,
    INFOBIP_AUTHORIZATION_SECRET: infobip.arn,
  };
  const reconcile: DeployedReconcile = {
    ...ingest,
    RECONCILE_REQUESTS_PER_MINUTE: String(config.reconcileRequestsPerMinute),
  };
  const query: DeployedQuery = {
    ...storage,
    QUERY_CREDENTIALS_SECRET: clients.arn,
    CURSOR_KEY_SECRET: cursorKey.arn,
    CORS_ORIGINS: config.corsOrigins,
    QUERY_READ_UNITS: String(config.queryReadUnits),
    QUERY_TIMEOUT_MS: String(config.queryTimeoutMs),
    QUERY_RATE_PER_MINUTE: String(config.queryRatePerMinute),
    QUERY_RATE_BURST: String(config.queryRateBurst),
  };
  const settle: Omit<DeployedSettle, "ALERT_URL"> = {
    ...storage,
    ALERT_TOPIC_ARN: alarms.topic.topicArn,
    ALERT_MUTES: config.alertMutes,
    ALERT_DELIVERY_POINTS: String(config.alertDeliveryPoints),
    ALERT_SLOW_POINTS: String(config.alertSlowPoints),
    ALERT_REJECTED_POINTS: String(config.alertRejectedPoints),
    ALERT_SILENCE_MESSAGES: String(config.alertSilenceMessages),
    ALERT_SPEND_FACTOR: String(config.alertSpendFactor),
  };
  const receive: DeployedReceive = {
    ...storage,
    PUSH_CREDENTIALS_SECRET: pushers.arn,
    PUSH_ADDRESSES: config.pushAddresses,
  };
  return { ingest, reconcile, settle, query, receive };
}
