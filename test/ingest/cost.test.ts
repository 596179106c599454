import { expect, test } from "vitest";
import { World } from "../../infra/local/imitation/world.ts";
import { Doubts } from "../../lib/ingest/doubts.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import { SourceStates } from "../../lib/ingest/source-state.ts";
import { PageLog } from "../../lib/log/page-log.ts";
import { NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";
import { besetDatabase } from "./misfortunes.ts";

/** Beside the archive: what a pull itself does to the table. */
async function commandsOf(world: World): Promise<string[]> {
  await using collector = await openCollector(world);
  const commands: string[] = [];
  const db = besetDatabase(collector.table.endpoint, (command) => commands.push(command));
  const stores = { states: new SourceStates(db), log: new PageLog(db, 48), doubts: new Doubts(db) };
  await pullSource("sms", { ...collector.services, ...stores });
  db.client.destroy();
  return commands;
}

const [LOAD, READ, OPEN, LAND, CLOSE] = [
  "GetItemCommand",
  "QueryCommand",
  "UpdateItemCommand",
  "PutItemCommand",
  "UpdateItemCommand",
];

test("a pull that finds nothing costs two writes and two reads of a small item", async () => {
  const nothing = new World({ seed: 1, startAt: NOON });
  expect(await commandsOf(nothing)).toEqual([LOAD, READ, OPEN, CLOSE]);
});

test("a pull that finds something lands it with one write more", async () => {
  const world = new World({ seed: 1, startAt: NOON });
  world.add({ messageId: "m", sentAt: NOON - 10_000 });
  expect(await commandsOf(world)).toEqual([LOAD, READ, OPEN, LAND, CLOSE]);
});
