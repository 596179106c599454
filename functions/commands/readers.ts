import { randomUUID } from "node:crypto";
import { Clients } from "../../lib/api/clients.ts";
import { type Lag, lags } from "../../lib/log/lag.ts";
import { Positions } from "../../lib/log/positions.ts";
import { ReportIndex } from "../../lib/log/report-index.ts";
import { type RewindTarget, rewind } from "../../lib/log/rewind.ts";
import { STREAMS, type Stream } from "../../lib/log/streams.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";

/** The position of every client in every source that it has pulled, by its id. */
export async function lagsByClient(
  db: Database,
  nowMs: number,
): Promise<ReadonlyMap<string, readonly Lag[]>> {
  const found: Lag[] = [];
  for await (const lag of lags(new Positions(db), new ReportIndex(db), nowMs)) found.push(lag);
  return Map.groupBy(found, ({ client }) => client);
}

/** Describes how far behind a client is, such as `sms 3 pages (12 min)`; "" if it has never pulled. */
export function lagLine(list: readonly Lag[] = []): string {
  return list
    .map(({ stream, pages, lagMs, leftMs }) => {
      if (pages === 0) return `${stream} up to date`;
      const isLost = leftMs !== undefined && leftMs <= 0;
      return `${stream} ${pages} page${pages === 1 ? "" : "s"} behind (${Math.ceil(lagMs / 60_000)} min${isLost ? ", past the retention" : ""})`;
    })
    .join("; ");
}

/**
 * Moves a client to where one or all sources were at a moment. Returns what was done, as lines. Throws
 * ConfigurationError.
 */
export async function rewindClient(
  db: Database,
  client: string,
  { to, source }: { to: RewindTarget; source?: string | undefined },
  nowMs: number,
): Promise<string[]> {
  const stores = { positions: new Positions(db), index: new ReportIndex(db) };
  if (!(await isKnown(db, client)))
    throw new ConfigurationError(
      `there is no client ${client}, and nobody of this name has read anything yet`,
    );
  const done: string[] = [];
  for (const stream of streamsOf(source)) {
    const place = await rewind({ client, stream }, to, { by: randomUUID(), nowMs }, stores);
    const [next] = await stores.index.from(stream, place);
    done.push(`${stream}: ${next ? `reads on from ${formatMoment(next.atMs)}` : "reads on from the end"}`);
  }
  return done;
}

/** Users of QUERY_CREDENTIALS have no item, except for what they have read. */
async function isKnown(db: Database, client: string): Promise<boolean> {
  if (await new Clients(db, Date.now).read(client)) return true;
  const readings = await Array.fromAsync(new Positions(db).list());
  return readings.some((reading) => reading.client === client);
}

function streamsOf(source: string | undefined): readonly Stream[] {
  const chosen = STREAMS.filter((stream) => source === undefined || stream === source);
  if (chosen.length === 0) throw new ConfigurationError(`--source must be one of ${STREAMS.join(", ")}`);
  return chosen;
}
