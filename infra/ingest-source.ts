import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { SourceName } from "../lib/infobip/sources.ts";
import { type JobProps, ScheduledFunction } from "./scheduled-function.ts";

export interface IngestSourceProps extends JobProps {
  readonly source: SourceName;
}

/** Shorter than the shortest interval, so that a run is over before the next one. */
const TIMEOUT_SECONDS = 55;

/** The Lambda that pulls one source. Each source has its own, so that a slow or refused one delays no other. */
export class IngestSource extends Construct {
  readonly job: ScheduledFunction;

  constructor(scope: Construct, id: string, { source, ...rest }: IngestSourceProps) {
    super(scope, id);
    this.job = new ScheduledFunction(this, "Ingest", {
      ...rest,
      description: `Pulls the ${source} reports of Infobip into the archive`,
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      input: { source },
    });
  }
}
