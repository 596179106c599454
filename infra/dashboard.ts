import { Duration, Stack } from "aws-cdk-lib";
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { ArchiveTable } from "./archive-table.ts";
import { ownMetric } from "./metrics.ts";
import type { QueryEndpoint } from "./query-endpoint.ts";

export interface DashboardProps {
  /** The log groups of each kind of Lambda. */
  readonly logs: { readonly ingest: readonly string[]; readonly reconcile: string; readonly query: string };
  readonly table: ArchiveTable;
  readonly endpoint: QueryEndpoint;
}

const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
  new GraphWidget({ title, left, right, width: 8, height: 6 });

/**
 * One page: do reports arrive, is anything behind, are queries answered, what does it cost? Figures without an alarm
 * are counted from logs when somebody looks: a metric for each figure and source would cost more than all the rest.
 */
export class ArchiveDashboard extends Construct {
  readonly #props: DashboardProps;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    this.#props = props;
    const { stackName } = Stack.of(this);
    new Dashboard(this, "Dashboard", {
      dashboardName: stackName,
      defaultInterval: Duration.hours(12),
      widgets: [
        [new TextWidget({ markdown: `# ${stackName}\nWhat to do: infra/RUNBOOK.md`, width: 24, height: 2 })],
        this.#reports(),
        this.#delays(),
        this.#questions(),
        this.#cost(),
      ],
    });
  }

  #asked(title: string, of: keyof DashboardProps["logs"], queryLines: string[], isGraph = false): IWidget {
    const view = isGraph ? LogQueryVisualizationType.LINE : LogQueryVisualizationType.TABLE;
    const logGroupNames = [this.#props.logs[of]].flat();
    return new LogQueryWidget({ title, logGroupNames, view, queryLines, width: 8, height: 6 });
  }

  #reports(): IWidget[] {
    const counted = ['filter what = "reports"', "stats sum(count) as reports by channel, status"];
    const perSource =
      "stats sum(pulled) as pulled, sum(quarantined) as quarantined, sum(inDoubt) as inDoubt, sum(refused) as refused, " +
      "max(backlogSeconds) as backlog, max(unmergedPages) as unmerged, max(lastGoodPullAgeSeconds) as age by source";
    return [
      this.#asked(
        "Reports pulled",
        "ingest",
        ['filter what = "ingest"', "stats sum(pulled) as pulled by bin(5m)"],
        true,
      ),
      this.#asked("Reports by channel and status", "ingest", [...counted, "sort reports desc"]),
      this.#asked("Sources", "ingest", ['filter what = "ingest"', perSource]),
    ];
  }

  #delays(): IWidget[] {
    const own = (metric: string, statistic: "Maximum" | "Minimum") =>
      ownMetric(this, metric, { statistic, minutes: 15, label: metric });
    const repairs =
      "stats sum(repaired) as repaired, sum(inserted) as inserted, max(openDoubts) as doubts by bin(1h)";
    return [
      graph("Lag: seconds", [
        own("lastGoodPullAgeSeconds", "Maximum"),
        own("backlogSeconds", "Maximum"),
        own("freshBehindSeconds", "Maximum"),
      ]),
      graph("Hours left to repair", [own("hoursLeft", "Minimum")]),
      this.#asked("Repairs", "reconcile", ['filter what = "reconcile"', repairs], true),
    ];
  }

  #questions(): IWidget[] {
    const { api, accessLog, function: query } = this.#props.endpoint;
    const period = Duration.minutes(5);
    const latency = ["p50", "p90", "p99"].map((statistic) =>
      api.metricLatency({ statistic, period, label: statistic }),
    );
    const budget =
      "stats sum(rows) as rows, sum(readUnits) as units, sum(incomplete) as incomplete by bin(5m)";
    return [
      graph("Query latency, ms", latency, [query.lambda.metricThrottles({ period })]),
      graph(
        "Questions and refusals",
        [api.metricCount({ statistic: "Sum", period })],
        [api.metricServerError({ period }), accessLog.refused, accessLog.throttled],
      ),
      this.#asked(
        "Rows, units, and answers that ran out of budget",
        "query",
        ['filter what = "query"', budget],
        true,
      ),
    ];
  }

  #cost(): IWidget[] {
    const { table } = this.#props;
    return [
      graph("Cost: write units ($0.625 a million)", table.consumed("Write"), [table.throttled("Write")]),
      graph("Cost: read units ($0.125 a million)", table.consumed("Read"), [table.throttled("Read")]),
    ];
  }
}
