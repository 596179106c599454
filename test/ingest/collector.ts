import type { FaultScript } from "../../infra/local/imitation/faults.ts";
import { AUTHORIZATION } from "../../infra/local/imitation/server.ts";
import type { World } from "../../infra/local/imitation/world.ts";
import { InfobipClient } from "../../lib/infobip/client.ts";
import { Pace } from "../../lib/infobip/pace.ts";
import { openPulls } from "../../lib/ingest/open-pulls.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import type { Page } from "../../lib/log/page-log.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { archivedIn, openTable } from "../archive/table.ts";
import { startAtNoon } from "../infra/imitation/client.ts";
import { testClock } from "./clock.ts";

/** What collects, over an Infobip of this world and a table of its own; the clock of both is the test's. */
export async function openCollector(world: World, faults?: FaultScript) {
  const clock = testClock();
  const table = await openTable();
  const infobip = await startAtNoon({
    world,
    clock: {
      get now() {
        return clock.ms;
      },
    },
    ...(faults && { faults }),
  });
  const client = new InfobipClient({ baseUrl: infobip.url, authorization: async () => AUTHORIZATION });
  const { db } = table;
  const open = () => ({
    clock,
    infobip: client,
    pace: new Pace(60, clock),
    ...openStores(db, { RETENTION_HOURS: 48 }, clock),
    remainingMs: () => 300_000,
  });
  return {
    clock,
    table,
    server: infobip,
    services: open(),
    /** What another process has: the same table and Infobip, and nothing else in common. */
    another: open,

    /** What is not over at a source: pages that wait to be merged, and pulls that the reconciler must settle. */
    async unfinished(source: string): Promise<{ landed: Page[]; doubts: string[] }> {
      const { states, log } = open();
      const { merged } = await states.load(source);
      const landed = await Array.fromAsync(log.read(source, merged));
      const doubts = (await openPulls(open())).filter((name) => name.startsWith(`${source} `));
      return { landed, doubts };
    },

    /** What the archive holds. */
    async archived(): Promise<MessageRecord[]> {
      return archivedIn(db);
    },

    async [Symbol.asyncDispose](): Promise<void> {
      await client.close();
      await infobip[Symbol.asyncDispose]();
      await table[Symbol.asyncDispose]();
    },
  };
}
