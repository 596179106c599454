import { expect, test } from "vitest";
import { SourceStates } from "../../lib/ingest/source-state.ts";
import { openTable } from "../archive/table.ts";

test("the position only rises, whoever comes last; what is closed is taken out all the same", async () => {
  await using table = await openTable();
  const states = new SourceStates(table.db);
  await states.open("sms", "a");
  await states.open("sms", "b");
  // Two may pull at once: neither forgets the other.
  expect((await states.load("sms")).open).toEqual(["a", "b"]);
  await states.close("sms", { ids: ["a"], merged: 7, goodAtMs: 5 });
  await states.close("sms", { ids: ["b"], merged: 3 });
  expect(await states.load("sms")).toEqual({ open: [], merged: 7, goodAtMs: 5 });
});

test("a source that nobody has pulled yet has nothing open, nothing merged and no good pull", async () => {
  await using table = await openTable();
  const nothing = { open: [], merged: 0 };
  expect(await new SourceStates(table.db).load("sms")).toEqual(nothing);
});
