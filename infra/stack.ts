import { Annotations, CfnOutput, type Environment, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { ArchiveTable } from "./archive-table.ts";
import type { Bundles } from "./bundle.ts";
import type { Config } from "./config.ts";
import { ArchiveDashboard } from "./dashboard.ts";
import { deployedEnvironments } from "./environments.ts";
import { IngestSource } from "./ingest-source.ts";
import { QueryEndpoint } from "./query-endpoint.ts";
import { Reconciler } from "./reconciler.ts";
import { OwnersSecret } from "./secrets.ts";

export interface OmnilogProps {
  readonly config: Config;
  readonly bundles: Bundles;
  /** Default: the account and region that the deployment runs in. */
  readonly env?: Environment;
}

/** Everything that is deployed, in the order of the data: what pulls, what repairs, what answers. */
export class OmnilogStack extends Stack {
  constructor(scope: Construct, { config, bundles, ...props }: OmnilogProps) {
    super(scope, config.stackName, {
      ...props,
      stackName: config.stackName,
      description: "Omnilog: an archive of Infobip delivery reports",
    });
    const table = new ArchiveTable(this, "Archive", config);
    const infobip = new OwnersSecret(this, "InfobipAuthorization", {
      description: "The whole Authorization header for Infobip, such as: App 0123456789abcdef",
    });
    const clients = new OwnersSecret(this, "QueryCredentials", {
      description: "Who may query: user:password pairs, comma separated",
    });
    const alarms = new Alarms(this, "Alarms", { email: config.alarmEmail });
    const environments = deployedEnvironments(config, { table, infobip, clients });
    const { logRetentionDays, reserveConcurrency: alone, sources } = config;
    const shared = { alarms, logRetentionDays };
    const common = { ...shared, alone, rights: [table.writing(), infobip.reading()] };
    const ingests = sources.map(
      (source) =>
        new IngestSource(this, `Ingest-${source}`, {
          ...common,
          source,
          code: bundles.ingest,
          environment: environments.ingest,
          everyMinutes: config.ingestEveryMinutes,
        }),
    );
    new Reconciler(this, "Reconciler", {
      ...common,
      code: bundles.reconcile,
      environment: environments.reconcile,
      everyMinutes: config.reconcileEveryMinutes,
    });
    const endpoint = new QueryEndpoint(this, "Endpoint", {
      ...shared,
      code: bundles.query,
      environment: environments.query,
      rights: [table.reading(), table.counting(), clients.reading()],
      throttle: config,
    });
    new ArchiveDashboard(this, "Overview", {
      sources,
      table,
      endpoint,
      ingestLogs: ingests.map(({ job }) => job.function.logGroup.logGroupName),
    });
    this.#tell({
      QueryUrl: endpoint.url,
      InfobipAuthorizationSecret: infobip.arn,
      QueryCredentialsSecret: clients.arn,
      TableName: table.name,
      AlarmTopic: alarms.topic.topicArn,
    });
    warnOfPlainHttp(this, config.infobipBaseUrl);
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** For an imitation of Infobip it will do; the real one must not be sent its key in the clear. */
function warnOfPlainHttp(scope: Construct, url: string): void {
  if (url.startsWith("https:")) return;
  Annotations.of(scope).addWarningV2("omnilog:plain-http", `infobipBaseUrl ${url} sends the key unencrypted`);
}
