import { expect, test } from "vitest";
import { pullSource } from "../../lib/ingest/pull.ts";
import { reconcile } from "../../lib/ingest/reconcile.ts";
import { SOURCE_NAMES } from "../../lib/ingest/sources.ts";
import { type JsonObject, parseJson, printJson } from "../../lib/runtime/json.ts";
import { differences } from "../faults/compare.ts";
import { seededFaults } from "../infobip/faults.ts";
import { World } from "../infobip/world.ts";
import { NOON } from "../store/records.ts";
import { openCollector } from "./collector.ts";

const HOUR_MS = 3_600_000;

test("three processes, run at once on the same pages, leave the archive that one would", async () => {
  const world = new World({ seed: 1, startAt: NOON, messagesPerSecond: 0.05 });
  world.send(150, { from: NOON - 24 * HOUR_MS, until: NOON });
  await using collector = await openCollector(world, seededFaults(1, 0.7, ["duplicates", "delay"]));
  const processes = [collector.services, collector.another(), collector.another()];
  const runAll = () =>
    processes.flatMap((services) => [
      ...SOURCE_NAMES.map((source) => pullSource(source, services)),
      reconcile(services),
    ]);
  for (let round = 0; round < 4; round++) {
    await Promise.all(runAll());
    collector.clock.ms += 5 * 60_000;
  }
  await Promise.all(runAll());
  // Read as a client reads what is served.
  const archived = (await collector.archived()).map((record) => parseJson(printJson(record)) as JsonObject);
  expect(differences(archived, world.truth(collector.clock.ms), new Set())).toEqual([]);
  for (const source of SOURCE_NAMES) {
    const left = await collector.services.pulls.unfinished(source, collector.clock.ms + HOUR_MS);
    expect(left).toEqual({ landed: [], doubts: [] });
  }
});
