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
import { type MetricProps, ownMetric } from "./metrics.ts";
import type { QueryEndpoint } from "./query-endpoint.ts";

export interface DashboardProps {
  readonly sources: readonly string[];
  /** Where the ingesting Lambdas say how many reports came, by channel and status. */
  readonly ingestLogs: readonly string[];
  readonly table: ArchiveTable;
  readonly endpoint: QueryEndpoint;
}

const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
  new GraphWidget({ title, left, right, width: 8, height: 6 });

/** One page: do reports come in, is anything behind, are questions answered, what does it cost. */
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
        this.#channelsAndStatuses(),
        this.#delays(),
        this.#repairs(),
        this.#questions(),
        this.#cost(),
      ],
    });
  }

  /** A figure of every source, as lines of one graph. */
  #perSource(metric: string, statistic: MetricProps["statistic"]): IMetric[] {
    return this.#props.sources.map((source) =>
      ownMetric(this, metric, { statistic, minutes: 5, source, label: source }),
    );
  }

  #own(metric: string, statistic: MetricProps["statistic"], minutes = 15): IMetric {
    return ownMetric(this, metric, { statistic, minutes, label: metric });
  }

  #reports(): IWidget[] {
    return [
      graph("Reports pulled", this.#perSource("pulled", "Sum")),
      graph("New messages", this.#perSource("inserted", "Sum")),
      graph("Later statuses merged", this.#perSource("merged", "Sum")),
    ];
  }

  /** Counted in the log: a metric for each channel and status would cost more than the rest of the stack. */
  #channelsAndStatuses(): IWidget[] {
    const query = (by: string) =>
      new LogQueryWidget({
        title: `New reports by ${by}`,
        logGroupNames: [...this.#props.ingestLogs],
        view: LogQueryVisualizationType.TABLE,
        queryLines: ['filter what = "reports"', `stats sum(count) as reports by ${by}`, "sort reports desc"],
        width: 12,
        height: 6,
      });
    return [query("channel"), query("channel, status")];
  }

  #delays(): IWidget[] {
    return [
      graph("Lag: seconds since the last good pull", this.#perSource("lastGoodPullAgeSeconds", "Maximum")),
      graph("Backlog at Infobip, seconds", this.#perSource("backlogSeconds", "Maximum")),
      graph("Backlog here: landed pages not merged", this.#perSource("unmergedPages", "Maximum")),
    ];
  }

  #repairs(): IWidget[] {
    const { sources } = this.#props;
    const quarantined = [...this.#perSource("quarantined", "Sum"), this.#own("quarantined", "Sum")];
    const doubts = [...this.#perSource("inDoubt", "Sum"), ...this.#perSource("refused", "Sum")];
    return [
      graph(
        "Repairs",
        [this.#own("repaired", "Sum"), this.#own("inserted", "Sum")],
        [this.#own("hoursLeft", "Minimum")],
      ),
      graph(`Quarantined (${sources.join(", ")}; reconcile)`, quarantined),
      graph("Pulls in doubt, and refused", doubts, [this.#own("openDoubts", "Maximum")]),
    ];
  }

  #questions(): IWidget[] {
    const { api, accessLog, function: query } = this.#props.endpoint;
    const period = Duration.minutes(5);
    const latency = ["p50", "p90", "p99"].map((statistic) =>
      api.metricLatency({ statistic, period, label: statistic }),
    );
    return [
      graph("Query latency, ms", latency, [this.#own("queryMs", "p99", 5)]),
      graph(
        "Questions and refusals",
        [api.metricCount({ statistic: "Sum", period })],
        [api.metricServerError({ period }), api.metricClientError({ period }), accessLog.throttled],
      ),
      graph(
        "Rows, and answers that ran out of budget",
        [this.#own("rows", "Sum", 5)],
        [this.#own("incomplete", "Sum", 5), query.lambda.metricThrottles({ period })],
      ),
    ];
  }

  #cost(): IWidget[] {
    const { table } = this.#props;
    return [
      graph("Cost: write units ($0.625 a million)", table.consumed("Write"), [table.throttled("Write")]),
      graph("Cost: read units ($0.125 a million)", table.consumed("Read"), [table.throttled("Read")]),
      graph("Cost: read units of queries", [this.#own("readUnits", "Sum", 5)]),
    ];
  }
}
