import { expect, test } from "vitest";
import { World } from "../../infra/local/imitation/world.ts";
import { PARSER_VERSION } from "../../lib/infobip/report.ts";
import type { Checkpoint } from "../../lib/ingest/checkpoint.ts";
import type { QuarantinedItem } from "../../lib/ingest/quarantine.ts";
import { Quarantine } from "../../lib/ingest/quarantine.ts";
import { replaySome } from "../../lib/ingest/replay-rounds.ts";
import { nameOf } from "../../lib/log/page-log.ts";
import { printRecord } from "../../lib/message/record.ts";
import { aRecord, NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";
import { besetDatabase } from "./misfortunes.ts";

const QUARTER_MS = 900_000;
const HOUR_MS = 4 * QUARTER_MS;

const anEntry = (atMs: number, place = 0, source = "sms") => ({
  page: nameOf(source, `${atMs}-abc`),
  source,
  place,
  reason: "it is not JSON",
  atMs,
});

/** A collector whose quarantine notes what is loaded, which is what is tried again. */
async function openReplayer() {
  const collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { services, clock } = collector;
  const tried: { sk: string; atMs: number }[] = [];
  const load = services.quarantine.load.bind(services.quarantine);
  services.quarantine.load = (entry: QuarantinedItem) => {
    tried.push({ sk: String(entry.item.sk), atMs: clock.ms });
    return load(entry);
  };
  let round: Checkpoint["replay"];
  return {
    ...collector,
    tried,
    /** So many runs of the reconciler, a quarter of an hour apart. */
    async run(count: number) {
      for (let n = 0; n < count; n++) {
        ({ round } = await replaySome(round, services));
        clock.ms += QUARTER_MS;
      }
    },
    [Symbol.asyncDispose]: collector[Symbol.asyncDispose].bind(collector),
  };
}

test("what is set aside after the day's round is tried by the next run, after an hour, after six, and then once a day", async () => {
  await using replayer = await openReplayer();
  const { services, clock, tried } = replayer;
  await replayer.run(1);
  const keptMs = clock.ms - QUARTER_MS / 2;
  await services.quarantine.keep(anEntry(keptMs), "{");
  await replayer.run(4 * 35);
  const hours = tried.map(({ atMs }) => (atMs - keptMs) / HOUR_MS);
  // The first of March is over after twelve hours, the second after 36.
  expect(hours).toEqual([0.125, 1.125, 6.125, 11.875]);
  await replayer.run(4 * 2);
  expect(tried).toHaveLength(5);
});

test("a page that was set aside whole comes before the records of others, whatever source it is of", async () => {
  await using replayer = await openReplayer();
  const { services, clock, tried } = replayer;
  await replayer.run(1);
  const atMs = clock.ms - 60_000;
  for (let place = 0; place < 5; place++) await services.quarantine.keep(anEntry(atMs, place), "{");
  await services.quarantine.keep(anEntry(atMs, -1, "push-viber"), printRecord(aRecord()));
  await replayer.run(1);
  expect(tried.map(({ sk }) => sk.split("#").at(-1))).toEqual(["-1", "0", "1", "2", "3", "4"]);
  expect(await replayer.archived()).toHaveLength(1);
});

test("a round goes on over midnight until all have had their turn", async () => {
  const COUNT = 7_000;
  const keys = Array.from({ length: COUNT }, (_, n) => `sms#old-${String(n).padStart(5, "0")}#0`);
  const tried = new Set<string>();
  const quarantine = {
    isEmpty: async () => false,
    ofPages: async () => [],
    some: async (most: number, after: string | undefined) => {
      const from = after === undefined ? 0 : keys.indexOf(after) + 1;
      const entries = keys.slice(from, from + most).map((sk) => ({ ...anEntry(NOON), item: { sk } }));
      return { entries, next: from + most < COUNT ? keys[from + most - 1] : undefined };
    },
    load: async ({ item }: QuarantinedItem) => {
      tried.add(String(item.sk));
      return Buffer.from("{");
    },
  };
  await using replayer = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { clock, services } = replayer;
  const fake = { ...services, quarantine: quarantine as unknown as Quarantine };
  let round: Checkpoint["replay"];
  for (let n = 0; n < 96 * 4; n++) {
    ({ round } = await replaySome(round, fake));
    clock.ms += QUARTER_MS;
  }
  expect(tried.size).toBe(COUNT);
});

test("a round goes on with those for whom there was no time, and passes by none", async () => {
  await using replayer = await openReplayer();
  const { services, tried } = replayer;
  for (let n = 0; n < 9; n++) await services.quarantine.keep(anEntry(NOON - 30 * HOUR_MS, n), "{");
  let round: Checkpoint["replay"];
  for (let run = 1; run <= 3; run++) {
    const remainingMs = () => (tried.length < 3 * run ? 300_000 : 0);
    ({ round } = await replaySome(round, { ...services, remainingMs }));
  }
  expect(tried.map(({ sk }) => sk.split("#").at(-1))).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
});

test("an empty quarantine costs one query a run", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const commands: string[] = [];
  const db = besetDatabase(collector.table.endpoint, (command) => commands.push(command));
  const services = { ...collector.services, quarantine: new Quarantine(db, 48) };
  const { round } = await replaySome(undefined, services);
  await replaySome(round, services);
  db.client.destroy();
  expect(commands).toEqual(["QueryCommand", "QueryCommand"]);
});

test("a round of a checkpoint that was written before times were noted is gone on with", async () => {
  await using replayer = await openReplayer();
  const { services, tried } = replayer;
  await services.quarantine.keep(anEntry(NOON - 24 * HOUR_MS), "{");
  await services.quarantine.keep(anEntry(NOON - 23 * HOUR_MS), "{");
  const upTo = `${anEntry(NOON - 24 * HOUR_MS).page}#0`;
  await replaySome({ parser: PARSER_VERSION, day: Math.floor(NOON / (24 * HOUR_MS)), upTo }, services);
  expect(tried.map(({ sk }) => sk)).toEqual([`${anEntry(NOON - 23 * HOUR_MS).page}#0`]);
});
