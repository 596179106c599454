import type { ArchiveTable } from "./archive-table.ts";
import type { Config } from "./config.ts";
import type { DeployedIngest, DeployedQuery, DeployedReconcile } from "./lambda-function.ts";
import type { OwnersSecret } from "./secrets.ts";

export interface Resources {
  readonly table: ArchiveTable;
  readonly infobip: OwnersSecret;
  readonly clients: OwnersSecret;
}

/** The environment of each Lambda. A variable that is added to a schema and not here does not compile. */
export function deployedEnvironments(config: Config, { table, infobip, clients }: Resources) {
  const storage = {
    TABLE_NAME: table.name,
    SHARDS: String(config.shards),
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
    QUERY_READ_UNITS: String(config.queryReadUnits),
    QUERY_TIMEOUT_MS: String(config.queryTimeoutMs),
    QUERY_RATE_PER_MINUTE: String(config.queryRatePerMinute),
    QUERY_RATE_BURST: String(config.queryRateBurst),
  };
  return { ingest, reconcile, query };
}
