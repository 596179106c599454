import { AUTHORIZATION } from "../../infra/local/imitation/server.ts";
import { SOURCE_NAMES } from "../../lib/infobip/sources.ts";

type Handler<Result = void> = (
  event: unknown,
  context: { getRemainingTimeInMillis(): number },
) => Promise<Result>;

/** The Lambdas that collect. */
export interface Collector {
  readonly ingest: Handler;
  readonly reconcile: Handler;
}

/** As long as the deployed Lambdas may take. */
const INGEST_MS = 55_000;
const RECONCILE_MS = 600_000;

/** The environment of all the handlers. */
export function environmentOf(table: string, infobipUrl: string, databaseEndpoint: string) {
  return {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_DYNAMODB: databaseEndpoint,
    INFOBIP_BASE_URL: infobipUrl,
    INFOBIP_AUTHORIZATION: AUTHORIZATION,
    QUERY_CREDENTIALS: "Aladdin:open sesame",
    CURSOR_KEY: "k".repeat(32),
    RETENTION_HOURS: "96",
    RECONCILE_REQUESTS_PER_MINUTE: "100",
    TABLE_NAME: table,
    LOG_FORMAT: "json",
  };
}

/**
 * The handlers as a new Lambda process has them: they build their services once, at the first call and from
 * `process.env`, so each `name` is a process of its own as far as they can tell.
 */
export async function openCollector(name: string): Promise<Collector> {
  const [{ handler: ingest }, { handler: reconcile }] = await Promise.all([
    import(`../../functions/ingest.ts?${name}`) as Promise<{ handler: Handler }>,
    import(`../../functions/reconcile.ts?${name}`) as Promise<{ handler: Handler }>,
  ]);
  return { ingest, reconcile };
}

/** Runs every source and the reconciler at once; gives what was thrown. */
export async function runAll({ ingest, reconcile }: Collector, now: () => number): Promise<unknown[]> {
  const lasting = (ms: number) => {
    const endMs = now() + ms;
    return { getRemainingTimeInMillis: () => endMs - now() };
  };
  const runs = await Promise.allSettled([
    ...SOURCE_NAMES.map((source) => ingest({ source }, lasting(INGEST_MS))),
    reconcile({}, lasting(RECONCILE_MS)),
  ]);
  return runs.flatMap((run) => (run.status === "rejected" ? [run.reason] : []));
}
