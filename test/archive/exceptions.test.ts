import { describe, expect, test } from "vitest";
import type { Version } from "../../lib/archive/codec.ts";
import { Exceptions } from "../../lib/archive/exceptions.ts";
import { messageTerm } from "../../lib/archive/terms.ts";
import { knownFrom } from "../../lib/message/merge.ts";
import { printRecord } from "../../lib/message/record.ts";
import { aRecord } from "../message/records.ts";

const none = new Set<number>();
const terms = (...ids: string[]) => new Set(ids.map(messageTerm));

function version(messageId: string, groupName: string, channel = "SMS"): Version {
  const status = { groupName, ...(groupName === "PENDING" ? { groupId: 1, id: 7 } : { groupId: 5, id: 6 }) };
  const known = knownFrom(aRecord({ messageId, channel, status }));
  return { ...known, keepSeconds: 172_800, text: printRecord(known.record) };
}

describe("the second sets of several runs", () => {
  test("are not outdated where no later run has the message again", () => {
    const all = new Exceptions();
    all.addRun([version("a", "PENDING")], none, none);
    all.addRun([version("b", "REJECTED")], terms("b"), none);
    expect(all.stale()).toEqual(none);
    expect(all.all()).toHaveLength(2);
  });

  test("are outdated where a later run has it again, and not in its second set", () => {
    const all = new Exceptions();
    all.addRun([version("a", "PENDING")], none, none);
    all.addRun([], terms("a"), none);
    expect(all.stale()).toEqual(terms("a"));
    expect(all.all()).toHaveLength(1);
  });

  test("are whole where it is in the later one", () => {
    const all = new Exceptions();
    all.addRun([version("a", "PENDING")], none, none);
    all.addRun([version("a", "REJECTED")], terms("a"), none);
    expect(all.stale()).toEqual(none);
    expect(all.all().map(({ record }) => record.status.groupName)).toEqual(["REJECTED"]);
  });

  test("keep what was outdated before, and tell channels apart", () => {
    const all = new Exceptions();
    all.addRun([version("a", "PENDING"), version("b", "PENDING")], none, terms("b"));
    all.addRun([version("a", "REJECTED", "VIBER")], terms("a"), none);
    expect(all.stale()).toEqual(terms("a", "b"));
  });
});
