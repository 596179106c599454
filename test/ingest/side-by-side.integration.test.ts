import { expect, test } from "vitest";
import { seededFaults } from "../../infra/local/imitation/faults.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { SOURCE_NAMES } from "../../lib/infobip/sources.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import { reconcile } from "../../lib/ingest/reconcile.ts";
import { type JsonObject, parseJson, printJson } from "../../lib/message/json.ts";
import { differences } from "../faults/compare.ts";
import { NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";

const HOUR_MS = 3_600_000;

test("three processes, run at once on the same pages, leave the archive that one would", async () => {
  const world = new World({ seed: 1, startAt: NOON, messagesPerSecond: 0.05 });
  world.send(100, { from: NOON - 24 * HOUR_MS, until: NOON });
  await using collector = await openCollector(world, seededFaults(1, 0.7, ["duplicates", "delay"]));
  const processes = [collector.services, collector.another(), collector.another()];
  const runAll = () =>
    processes.flatMap((services) => [
      ...SOURCE_NAMES.map((source) => pullSource(source, services)),
      reconcile(services),
    ]);
  for (let round = 0; round < 3; round++) {
    await Promise.all(runAll());
    collector.clock.ms += 5 * 60_000;
  }
  await Promise.all(runAll());
  // Read as a client reads what is served.
  const archived = (await collector.archived()).map((record) => parseJson(printJson(record)) as JsonObject);
  expect(differences(archived, world.truth(collector.clock.ms), new Set())).toEqual([]);
  for (const source of SOURCE_NAMES) {
    expect(await collector.unfinished(source)).toEqual({ landed: [], doubts: [] });
  }
});
