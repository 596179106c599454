import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { PageLog } from "../../lib/log/page-log.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { NOON } from "../message/records.ts";
import { execute } from "./dynamodb/commands.ts";
import { Table } from "./dynamodb/table.ts";
import { TABLE_SHAPE } from "./stored-form.ts";

const LAG_MS = 1_000;
const RETENTION_HOURS = 48;
const PAGE = { id: "own", atMs: NOON, way: "pull" } as const;

/** A database whose reads lag unless they are consistent; `sends` is how often a put is sent, each of which arrives. */
function lagging(table: Table, sends = 1): Database {
  const reading = { nowMs: NOON, lagMs: LAG_MS, shuffle: <T>(list: readonly T[]) => [...list] };
  const send = async (command: unknown) => {
    if (command instanceof PutCommand) for (let n = 1; n < sends; n++) execute(command, table, reading);
    return execute(command, table, reading);
  };
  return { client: { send } as unknown as Database["client"], table: "simulated" };
}

test("an append whose answer was lost finds its own page at once, however far other reads lag", async () => {
  const table = new Table(TABLE_SHAPE);
  const appended = await new PageLog(lagging(table, 2), RETENTION_HOURS).append(
    "sms",
    PAGE,
    Buffer.from("x"),
    0,
  );
  expect(appended.place).toBe(1);
  expect(await new PageLog(lagging(table), RETENTION_HOURS).end("sms")).toBe(1);
});

test("a reader is given the page that has landed a moment ago", async () => {
  const log = new PageLog(lagging(new Table(TABLE_SHAPE)), RETENTION_HOURS);
  await log.append("sms", PAGE, Buffer.from("x"), 0);
  expect((await Array.fromAsync(log.read("sms", 0))).map(({ id }) => id)).toEqual(["own"]);
});
