import { InfobipClient } from "../infobip/client.ts";
import { Positions } from "../log/positions.ts";
import { ReportIndex } from "../log/report-index.ts";
import { systemClock } from "../runtime/clock.ts";
import { openDatabase } from "../runtime/dynamodb.ts";
import { openSecret } from "../runtime/secret.ts";
import { openTelemetry } from "../runtime/telemetry.ts";
import { openStores } from "./stores.ts";

/**
 * Reading a secret is billed: if every run of every source did, that would cost as much as the runs. An outdated key is
 * harmless, since a refused request loses nothing.
 */
const KEY_REMEMBERED_MS = 300_000;

/** What the ingesting Lambdas read from their environment. */
export interface IngestSettings {
  readonly TABLE_NAME: string;
  readonly RETENTION_HOURS: number;
  readonly STACK_NAME: string;
  readonly LOG_FORMAT: "json" | "text";
  readonly INFOBIP_BASE_URL: string;
  readonly INFOBIP_AUTHORIZATION?: string | undefined;
  readonly INFOBIP_AUTHORIZATION_SECRET?: string | undefined;
}

/** Everything that the ingesting Lambdas share, created once per process. */
export function openIngest(settings: IngestSettings) {
  const clock = systemClock;
  const db = openDatabase(settings.TABLE_NAME);
  const authorization = openSecret(
    "INFOBIP_AUTHORIZATION",
    { value: settings.INFOBIP_AUTHORIZATION, secretId: settings.INFOBIP_AUTHORIZATION_SECRET },
    clock.now,
    KEY_REMEMBERED_MS,
  );
  return {
    clock,
    telemetry: openTelemetry(settings),
    infobip: new InfobipClient({ baseUrl: settings.INFOBIP_BASE_URL, authorization }),
    ...openStores(db, settings, clock),
    // How far the clients that pull reports from here have read.
    positions: new Positions(db),
    reportIndex: new ReportIndex(db),
  };
}
