import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  ENROUTE,
  EXPIRED,
  FAILURES,
  NOT_DELIVERED,
  WITH_OPERATOR,
} from "../../infra/local/imitation/catalogue.ts";
import {
  type Explanation,
  explanationOf,
  isToSendAgain,
  parseTable,
} from "../../lib/console/explain/tables.ts";
import { STATUS_GROUPS } from "../../lib/message/status.ts";

const read = (name: string) =>
  parseTable(readFileSync(new URL(`../../lib/console/explain/${name}.tsv`, import.meta.url), "utf8"));
const statuses = read("statuses");
const errors = read("errors");

describe("explanations", () => {
  it("are of every code of Infobip's table", () => {
    // 64 statuses, of which two share group and name with another; 392 errors, of which two are one.
    expect([statuses.length, errors.length]).toEqual([62, 391]);
  });

  it.each(
    [...statuses, ...errors].map((each): [string, Explanation] => [`${each.group} ${each.name}`, each]),
  )("%s says what it means and what to do, in sentences", (_name, { id, name, meaning, todo }) => {
    expect([id, name]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^[A-Z][A-Z0-9_]+$/)]);
    expect(meaning).toMatch(/^[^a-z\s].*[.?]$/);
    if (todo !== "") expect(todo).toMatch(/^[^a-z\s].*[.?]$/);
  });

  it("leave what to do empty where there is nothing to do, and nowhere else", () => {
    const done = (table: readonly Explanation[]) =>
      table.filter(({ todo }) => todo === "").map(({ name }) => name);
    expect(done(statuses)).toEqual(["CANCELLED", "DELIVERED_TO_HANDSET", "REJECTED"]);
    expect(done(errors)).toEqual(errors.filter(({ group }) => group === "OK").map(({ name }) => name));
    // Whether there is nothing to do is not for the words to say.
    expect([...statuses, ...errors].filter(({ todo }) => todo.startsWith("Nothing:"))).toEqual([]);
  });

  it("tell where sending again is the advice, so that nobody is told beside it that this will not help", () => {
    const todoOf = (name: string) => explanationOf(errors, { name })?.todo ?? "";
    const again = ["EC_RESOURCE_LIMITATION", "EC_TEMPORARY_HANDSET_FAILURE", "EC_MSG_TEXT_TOO_LONG"];
    expect(again.map((name) => isToSendAgain(todoOf(name)))).toEqual([true, true, true]);
    const never = ["EC_UNKNOWN_SUBSCRIBER", "EC_CONTENT_BLOCKED", "EC_SC_BLOCKED_BY_END_USER"];
    expect(never.map((name) => isToSendAgain(todoOf(name)))).toEqual([false, false, false]);
  });

  it("are of groups that there are", () => {
    const groups = new Set(statuses.map(({ group }) => group));
    expect([...groups].filter((group) => !STATUS_GROUPS.some((each) => each === group))).toEqual([]);
  });

  it("are found by name and group, where an id means several things", () => {
    const of = (groupName: string) =>
      explanationOf(statuses, { id: 87, name: "SIGNALS_BLOCKED", groupName })?.meaning;
    expect(of("EXPIRED")).not.toBe(of("REJECTED"));
    expect(explanationOf(statuses, { id: 87, groupName: "EXPIRED" })?.name).toBe("SIGNALS_BLOCKED");
    expect(explanationOf(errors, { name: "EC_NOBODY_KNOWS", id: 27 })).toBeUndefined();
  });

  it("are of what the imitation of Infobip says", () => {
    const documented = FAILURES.filter(({ status }) => status.name !== "REJECTED_BY_TIDE");
    for (const status of [
      ENROUTE,
      EXPIRED,
      NOT_DELIVERED,
      WITH_OPERATOR,
      ...documented.map((each) => each.status),
    ])
      expect(explanationOf(statuses, status), status.name).toBeDefined();
    for (const error of documented.flatMap((each) => each.errors))
      expect(explanationOf(errors, error), error.name).toBeDefined();
  });
});
