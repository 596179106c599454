import { expect, test } from "vitest";
import { pushedSource } from "../../../lib/infobip/sources.ts";
import { arrivalLagMs } from "../../../lib/ingest/arrival-lag.ts";
import { SourceStates } from "../../../lib/ingest/source-state.ts";
import { PageLog } from "../../../lib/log/page-log.ts";
import { MemoryArchive } from "../archive.ts";

const NOW_MS = Date.parse("2027-01-03T05:20:30Z");
const MINUTE_MS = 60_000;

test("what was pushed and is not merged is a lag, as a pull is that has not succeeded for long", async () => {
  const { db } = new MemoryArchive(NOW_MS);
  expect(await arrivalLagMs(db, NOW_MS)).toBe(0);
  const source = pushedSource("sms");
  const landed = async (atMs: number, after: number) => {
    const page = { id: `page-${after}`, atMs, way: "push" } as const;
    return (await new PageLog(db, 48).append(source, page, Buffer.from("{}"), after)).place;
  };
  const first = await landed(NOW_MS - 20 * MINUTE_MS, 0);
  const second = await landed(NOW_MS - 7 * MINUTE_MS, first);
  expect(await arrivalLagMs(db, NOW_MS)).toBe(20 * MINUTE_MS);
  const states = new SourceStates(db);
  const merged = (place: number) => states.close(source, { ids: [], merged: place, goodAtMs: NOW_MS });
  await merged(first);
  expect(await arrivalLagMs(db, NOW_MS)).toBe(7 * MINUTE_MS);
  await merged(second);
  expect(await arrivalLagMs(db, NOW_MS)).toBe(0);
  await states.close("sms", { ids: [], merged: 0, goodAtMs: NOW_MS - 9 * MINUTE_MS });
  expect(await arrivalLagMs(db, NOW_MS)).toBe(9 * MINUTE_MS);
});

test("of what waits in a log one page is read, however much waits", async () => {
  const { db } = new MemoryArchive(NOW_MS);
  const log = new PageLog(db, 48);
  const source = pushedSource("sms");
  for (let n = 0; n < 5; n++)
    await log.append(
      source,
      { id: `page-${n}`, atMs: NOW_MS - MINUTE_MS, way: "push" },
      Buffer.from("{}"),
      n,
    );
  let items = 0;
  const send = async (command: never) => {
    const answer: object = await db.client.send(command);
    if ("Items" in answer && Array.isArray(answer.Items)) items += answer.Items.length;
    return answer;
  };
  const counting = { ...db, client: { send, destroy: () => undefined } as never };
  expect(await arrivalLagMs(counting, NOW_MS)).toBe(MINUTE_MS);
  expect(items).toBe(1);
});
