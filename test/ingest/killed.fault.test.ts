import { expect, test } from "vitest";
import { DELIVERED, NO_ERROR } from "../../infra/local/imitation/message.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { type PullServices, pullSource } from "../../lib/ingest/pull.ts";
import { reconcile } from "../../lib/ingest/reconcile.ts";
import type { ReconcileServices } from "../../lib/ingest/run.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";
import { besetDatabase } from "./misfortunes.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A message that ended just before noon, long after it was sent. */
function aWorld(): World {
  const world = new World({ seed: 1, startAt: NOON });
  const events = [{ at: NOON - MINUTE_MS, status: DELIVERED, error: NO_ERROR }];
  world.add({ messageId: "m", sentAt: NOON - 40 * HOUR_MS, events });
  return world;
}

type Collector = Awaited<ReturnType<typeof openCollector>>;
type Services = PullServices & ReconcileServices;

/** Services whose process dies at its n-th call of the database: that call, and all after it, never arrive. */
function dyingAt(n: number, collector: Collector): { services: Services; db: Database } {
  let calls = 0;
  const db = besetDatabase(collector.table.endpoint, () => {
    calls++;
    if (calls >= n) throw new Error("killed");
  });
  const stores = openStores(db, { RETENTION_HOURS: 48 }, collector.clock);
  return { services: { ...collector.services, ...stores }, db };
}

/** Runs a job that dies at its n-th call, for every so many n until it does not die; `afterwards` looks at what is left. */
async function atEachCall(
  every: number,
  job: (services: Services) => Promise<unknown>,
  afterwards: (collector: Collector) => Promise<void>,
): Promise<number> {
  for (let n = 1; n < 500; n += every) {
    await using collector = await openCollector(aWorld());
    const { services, db } = dyingAt(n, collector);
    const isKilled = await job(services).then(
      () => false,
      () => true,
    );
    db.client.destroy();
    await afterwards(collector);
    if (!isKilled) return n;
  }
  throw new Error("the job never came to its end");
}

async function expectDelivered(collector: Collector): Promise<void> {
  expect(await collector.archived()).toMatchObject([{ messageId: "m", status: { groupName: "DELIVERED" } }]);
  for (const source of ["sms", "logs"]) expect((await collector.unfinished(source)).landed).toEqual([]);
}

test("a pull that dies at any call loses nothing: the next run, or the reconciler, has it", async () => {
  const calls = await atEachCall(
    1,
    (services) => pullSource("sms", services),
    async (collector) => {
      await pullSource("sms", collector.services);
      // Of what the next pull could not have, the reconciler knows.
      if ((await collector.archived()).length === 0) await reconcile(collector.services);
      await expectDelivered(collector);
    },
  );
  expect(calls).toBeGreaterThan(5);
});

test("a reconciler that dies at some call is followed by one that ends its work", async () => {
  const calls = await atEachCall(11, reconcile, async (collector) => {
    collector.clock.ms += 15 * MINUTE_MS;
    await reconcile(collector.services);
    await expectDelivered(collector);
  });
  expect(calls).toBeGreaterThan(20);
});
