import { expect, test } from "vitest";
import { World } from "../../infra/local/imitation/world.ts";
import { bodyOf, WHOLE_OR_REST } from "../../lib/infobip/page.ts";
import { landAndMerge } from "../../lib/ingest/merge-log.ts";
import { replay } from "../../lib/ingest/replay.ts";
import { printRecord } from "../../lib/message/record.ts";
import { aRecord, NOON } from "../message/records.ts";
import { openCollector } from "./collector.ts";

/** A page that was set aside whole, and what the quarantine has of it. */
async function setAside(services: Awaited<ReturnType<typeof openCollector>>["services"], texts: string[]) {
  const page = "sms#1";
  const entry = { page, source: "sms", place: WHOLE_OR_REST, reason: "unforeseen", atMs: NOON };
  await services.quarantine.keep(entry, `{"results":[${texts.join(",")}]}`);
  const kept = await services.quarantine.find(`${page}#${WHOLE_OR_REST}`);
  if (!kept) throw new Error("nothing was kept");
  return kept;
}

test("an entry of which only some can be read stays whole, and what can be read is archived once", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { services } = collector;
  const entry = await setAside(services, [printRecord(aRecord({ messageId: "good" })), '{"to":"1"}']);
  expect(await replay(entry, services)).toMatchObject({ stored: 1, reason: expect.any(String) });
  expect(await replay(entry, services)).toMatchObject({ stored: 0, reason: expect.any(String) });
  expect((await collector.archived()).map(({ messageId }) => messageId)).toEqual(["good"]);
  expect((await services.quarantine.load(entry)).toString()).toContain('{"to":"1"}');
});

test("a page that had reached the archive before it was set aside is given to readers all the same", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { services } = collector;
  const record = aRecord({ messageId: "known" });
  const entry = await setAside(services, [printRecord(record)]);
  await services.archive.append({ source: "sms", place: 1 }, [record]);
  expect(await replay(entry, services)).toEqual({ stored: 0 });
  const [page] = await Array.fromAsync(services.log.read("sms", 0));
  expect(page?.way).toBe("replay");
  expect(page && (await services.log.load(page)).toString()).toContain('"known"');
  expect(await services.quarantine.isEmpty(NOON)).toBe(true);
});

test("a record that the archive refuses each time stays in quarantine, however often it is tried again", async () => {
  await using collector = await openCollector(new World({ seed: 1, startAt: NOON }));
  const { services } = collector;
  const text = Array.from({ length: 150_000 }, (_, n) => (n * 7919).toString(36)).join("");
  const body = bodyOf([printRecord(aRecord({ text }))]);
  await landAndMerge("sms", { id: "own", atMs: NOON, way: "pull" }, { body, after: 0 }, services);
  for (let n = 0; n < 2; n++) {
    const entries = await Array.fromAsync(services.quarantine.list());
    expect(entries).toHaveLength(1);
    for (const entry of entries)
      expect(await replay(entry, services)).toMatchObject({ stored: 0, reason: entry.reason });
  }
  expect(await services.quarantine.isEmpty(NOON)).toBe(false);
});
