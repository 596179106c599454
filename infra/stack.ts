import { Annotations, CfnOutput, type Environment, Stack, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { ArchiveTable } from "./archive-table.ts";
import type { Bundles } from "./bundle.ts";
import type { Config } from "./config.ts";
import { ConsolePage } from "./console-page.ts";
import { ArchiveDashboard } from "./dashboard.ts";
import { deployedEnvironments } from "./environments.ts";
import { IngestAlarms } from "./ingest-alarms.ts";
import { IngestSource } from "./ingest-source.ts";
import { Leftovers } from "./leftovers.ts";
import { QueryEndpoint } from "./query-endpoint.ts";
import { Receiver } from "./receiver.ts";
import { Reconciler } from "./reconciler.ts";
import { GeneratedSecret, OwnersSecret } from "./secrets.ts";
import { Settler } from "./settler.ts";

export interface OmnilogProps {
  readonly config: Config;
  readonly bundles: Bundles;
  /** By default the account and region that the deployment runs in. */
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
    const pushers = new OwnersSecret(this, "PushCredentials", {
      description: "Who may push: an entry a line, such as basic USER:PASSWORD or hmac HEADER SHA256 KEY",
    });
    const cursorKey = new GeneratedSecret(this, "CursorKey", { description: "Seals the cursors of answers" });
    const alarms = new Alarms(this, "Alarms", { email: config.alarmEmail });
    table.watch(alarms);
    const environments = deployedEnvironments(config, {
      ...{ table, infobip, clients, pushers, cursorKey, alarms },
    });
    const { logRetentionDays, reserveConcurrency: alone, sources } = config;
    const leftovers = new Leftovers(this, "Leftovers", alarms);
    const common = { logRetentionDays, alone, leftovers };
    const ingests = sources.map(
      (source) =>
        new IngestSource(this, `Ingest-${source}`, {
          ...common,
          source,
          rights: [...table.rights("ingest"), infobip.reading()],
          code: bundles.ingest,
          environment: environments.ingest,
          everyMinutes: config.ingestEveryMinutes,
        }),
    );
    const watch = new IngestAlarms(this, "Ingest", {
      alarms,
      jobs: ingests.map(({ job }) => job),
      everyMinutes: config.ingestEveryMinutes,
    });
    const reconciler = new Reconciler(this, "Reconciler", {
      ...common,
      alarms,
      rights: [...table.rights("reconcile"), infobip.reading()],
      code: bundles.reconcile,
      environment: environments.reconcile,
      everyMinutes: config.reconcileEveryMinutes,
    });
    alarms.together(this, {
      heading: "Reports do not arrive",
      impact:
        "New reports are not archived, or what a pull lost is not repaired; after 48 hours it cannot be.",
      alarms: [...watch.parts, ...reconciler.parts],
      unless: watch.noKey,
    });
    const endpoint = new QueryEndpoint(this, "Endpoint", {
      alarms,
      logRetentionDays,
      code: bundles.query,
      environment: environments.query,
      rights: [...table.rights("query"), clients.reading(), cursorKey.reading()],
      config,
    });
    new Settler(this, "Settler", {
      ...common,
      alarms,
      unless: watch.noKey,
      rights: [...table.rights("settle"), alarms.telling()],
      code: bundles.settle,
      environment: { ...environments.settle, ALERT_URL: endpoint.host },
    });
    new Receiver(this, "Receiver", {
      ...{ alarms, logRetentionDays, leftovers, config },
      code: bundles.receive,
      environment: environments.receive,
      rights: [...table.rights("receive"), pushers.reading()],
      api: endpoint.api,
      stage: endpoint.stage,
    });
    new ConsolePage(this, "Console", { logRetentionDays, code: bundles.console, api: endpoint.api, config });
    if (config.dashboard) {
      const logs = {
        ingest: ingests.map(({ job }) => job.function.logGroup.logGroupName),
        reconcile: reconciler.job.function.logGroup.logGroupName,
        query: endpoint.function.logGroup.logGroupName,
      };
      new ArchiveDashboard(this, "Overview", { logs, table, endpoint });
    }
    for (const [key, value] of Object.entries(config.tags)) Tags.of(this).add(key, value);
    this.#tell({
      QueryUrl: endpoint.url,
      ConsoleUrl: endpoint.consoleUrl,
      InfobipAuthorizationSecret: infobip.arn,
      QueryCredentialsSecret: clients.arn,
      PushUrl: endpoint.pushUrl,
      PushCredentialsSecret: pushers.arn,
      TableName: table.name,
      AlarmTopic: alarms.topic.topicArn,
      ...(endpoint.domainTarget === undefined ? {} : { DomainTarget: endpoint.domainTarget }),
    });
    warn(this, config);
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** Warns about what can be deployed, but is hardly what its owner wants. */
function warn(scope: Construct, { infobipBaseUrl, alarmEmail }: Config): void {
  const annotations = Annotations.of(scope);
  // Fine for an imitation of Infobip; the real one must not be sent its key unencrypted.
  if (!infobipBaseUrl.startsWith("https:"))
    annotations.addWarningV2(
      "omnilog:plain-http",
      `infobipBaseUrl ${infobipBaseUrl} sends the key unencrypted`,
    );
  if (alarmEmail === "")
    annotations.addWarningV2("omnilog:no-alarm-email", "without alarmEmail nobody hears the alarms");
}
