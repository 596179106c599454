import type { Health } from "../health/health.ts";
import type { SourceHealth } from "../health/sources.ts";
import type { Lag } from "../log/lag.ts";
import type { Admission } from "./admission.ts";
import type { HealthAnswer } from "./health-schemas.ts";
import { ok, type Reply } from "./responses.ts";
import { isUnlimited } from "./rights.ts";
import type { ApiServices } from "./services.ts";

/** Monitoring asks again and again: for this long all clients share an answer. */
const REMEMBERED_MS = 4_000;
const remembered = new WeakMap<object, { readonly health: Promise<Health>; readonly atMs: number }>();

/** Answers `GET /omnilog/1/health`. Throws what DynamoDB throws. */
export async function answerHealth({ client }: Admission, services: ApiServices): Promise<Reply> {
  const health = await recentHealth(services);
  const names = new Map<string, string>();
  if (isUnlimited(client))
    // The id of a key is meaningless to people, so its name is shown. User names of the setting are shown as they are.
    for (const { client: id } of health.readers) names.set(id, (await services.clients.find(id))?.name ?? id);
  const answer = isUnlimited(client) ? whole(health, names) : limited(health);
  const response = ok("json", JSON.stringify(answer));
  return { response, client: client.name, rows: 0, readUnits: 0, isIncomplete: false };
}

async function recentHealth(services: ApiServices): Promise<Health> {
  const stores = await services.health();
  const before = remembered.get(stores);
  if (before && services.now() - before.atMs < REMEMBERED_MS) return before.health;
  const { readHealth } = await import("../health/health.ts");
  const health = readHealth(stores);
  remembered.set(stores, { health, atMs: services.now() });
  // A failure is not cached.
  health.catch(() => remembered.delete(stores));
  return health;
}

/** What reveals nothing about any message: the age of the last answers, and how far behind the archive is. */
function limited({ atMs, sources, settling }: Health): HealthAnswer {
  return {
    at: isoOf(atMs),
    sources: sources.map((source) => lastGood(source, atMs)),
    settling: { waitingPages: settling.pages, waitingSeconds: secondsOf(settling.waitingMs) },
  };
}

function whole(health: Health, names: ReadonlyMap<string, string>): HealthAnswer {
  const { atMs, sources, pushes, passes, quarantine, readers } = health;
  const { oldestMs, ...counted } = quarantine;
  const lastArrivalMs = Math.max(...pushes.map((push) => push.lastArrivalMs));
  return {
    ...limited(health),
    sources: sources.map((source) => {
      const { openPulls, waitingPages, doubts } = source;
      return { ...lastGood(source, atMs), openPulls, waitingPages, doubts: [...doubts] };
    }),
    reconciling: {
      passes: passes.map(({ pass, behindMs }) => ({ pass, behindSeconds: secondsOf(behindMs) })),
    },
    quarantine: { ...counted, ...(oldestMs === undefined ? {} : { oldestAt: isoOf(oldestMs) }) },
    clients: readers.map((lag) => readerOf(lag, names)),
    ...(pushes.length === 0
      ? {}
      : {
          push: {
            lastArrivalAt: isoOf(lastArrivalMs),
            kinds: pushes.map(({ kind, waitingPages, ...push }) => ({
              kind,
              lastArrivalAt: isoOf(push.lastArrivalMs),
              waitingPages,
            })),
          },
        }),
  };
}

function lastGood({ source, lastGoodMs }: SourceHealth, atMs: number): HealthAnswer["sources"][number] {
  if (lastGoodMs === undefined) return { source };
  return { source, lastGoodPullAt: isoOf(lastGoodMs), lagSeconds: secondsOf(atMs - lastGoodMs) };
}

function readerOf({ client, stream, pages, lagMs, leftMs }: Lag, names: ReadonlyMap<string, string>) {
  return {
    client: names.get(client) ?? client,
    source: stream,
    pages,
    lagSeconds: secondsOf(lagMs),
    ...(leftMs === undefined ? {} : { secondsLeft: secondsOf(leftMs) }),
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Whole seconds; 0 if two clocks disagree. */
function secondsOf(ms: number): number {
  return Math.max(0, Math.round(ms / 1000));
}
