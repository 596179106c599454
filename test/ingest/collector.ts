import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { InfobipClient } from "../../lib/ingest/client.ts";
import { Pace } from "../../lib/ingest/pace.ts";
import { Archive } from "../../lib/store/archive.ts";
import { Checkpoints } from "../../lib/store/checkpoint.ts";
import { fromItem } from "../../lib/store/codec.ts";
import { Health } from "../../lib/store/health.ts";
import { Pulls } from "../../lib/store/pulls.ts";
import { Quarantine } from "../../lib/store/quarantine.ts";
import type { MessageRecord } from "../../lib/store/record.ts";
import { startAtNoon } from "../infobip/client.ts";
import type { FaultScript } from "../infobip/faults.ts";
import { AUTHORIZATION } from "../infobip/server.ts";
import type { World } from "../infobip/world.ts";
import { openTable } from "../store/table.ts";
import { testClock } from "./clock.ts";

const SETTINGS = { shards: 1, retentionHours: 48 };

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
    archive: new Archive(db, SETTINGS),
    pulls: new Pulls(db),
    quarantine: new Quarantine(db, SETTINGS.retentionHours),
    checkpoints: new Checkpoints(db),
    health: new Health(db),
    remainingMs: () => 300_000,
  });
  return {
    clock,
    table,
    server: infobip,
    services: open(),
    /** What another process has: the same table and Infobip, and nothing else in common. */
    another: open,

    /** What the archive holds. */
    async archived(): Promise<MessageRecord[]> {
      const { Items = [] } = await db.client.send(new ScanCommand({ TableName: db.table }));
      return Items.filter(({ pk }) => String(pk).startsWith("m#")).map((item) => fromItem(item).known.record);
    },

    async [Symbol.asyncDispose](): Promise<void> {
      await client.close();
      await infobip[Symbol.asyncDispose]();
      await table[Symbol.asyncDispose]();
    },
  };
}
