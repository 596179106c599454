import { systemClock } from "../runtime/clock.ts";
import { openDatabase } from "../runtime/dynamodb.ts";
import { openSecret } from "../runtime/secret.ts";
import { openTelemetry } from "../runtime/telemetry.ts";
import { Archive } from "../store/archive.ts";
import { Checkpoints } from "../store/checkpoint.ts";
import { Health } from "../store/health.ts";
import { Pulls } from "../store/pulls.ts";
import { Quarantine } from "../store/quarantine.ts";
import { InfobipClient } from "./client.ts";

/** What the ingesting Lambdas read from their environment. */
export interface IngestSettings {
  readonly TABLE_NAME: string;
  readonly SHARDS: number;
  readonly RETENTION_HOURS: number;
  readonly STACK_NAME: string;
  readonly LOG_FORMAT: "json" | "text";
  readonly INFOBIP_BASE_URL: string;
  readonly INFOBIP_AUTHORIZATION?: string | undefined;
  readonly INFOBIP_AUTHORIZATION_SECRET?: string | undefined;
}

/** Everything that the ingesting Lambdas share, built once for a process. */
export function openIngest(settings: IngestSettings) {
  const db = openDatabase(settings.TABLE_NAME);
  const clock = systemClock;
  const authorization = openSecret(
    "INFOBIP_AUTHORIZATION",
    { value: settings.INFOBIP_AUTHORIZATION, secretId: settings.INFOBIP_AUTHORIZATION_SECRET },
    clock.now,
  );
  return {
    clock,
    telemetry: openTelemetry(settings),
    infobip: new InfobipClient({ baseUrl: settings.INFOBIP_BASE_URL, authorization }),
    archive: new Archive(db, { shards: settings.SHARDS, retentionHours: settings.RETENTION_HOURS }),
    pulls: new Pulls(db),
    quarantine: new Quarantine(db, settings.RETENTION_HOURS),
    checkpoints: new Checkpoints(db),
    health: new Health(db),
  };
}
