import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../../lib/runtime/dynamodb.ts";
import { putIncident } from "../../../lib/statistics/alerts/incident-store.ts";
import type { Incident } from "../../../lib/statistics/alerts/watch-state.ts";
import { type Service, startService } from "../service.ts";
import { runCommand } from "./run.ts";

const HOUR_MS = 3_600_000;
const numbers = { windowMinutes: 15, messages: 200, bad: 120, share: 0.6, usual: 0.05, threshold: 0.1 };

function incidentOf(id: string, hoursAgo: number, fields: Partial<Incident>): Incident {
  const openedMs = Date.now() - hoursAgo * HOUR_MS;
  return {
    ...{ id: `${new Date(openedMs).toISOString().slice(0, 16)} DELIVERY ${id}`, kind: "DELIVERY" },
    ...{ segment: { channel: "SMS" }, openedMs, sinceMs: openedMs, numbers, worst: numbers, also: [] },
    ...{ backs: 0, backFromMs: openedMs, judgedMs: openedMs },
    ...fields,
  };
}

let service: Service;
beforeAll(async () => {
  service = await startService();
  const db = openDatabase("omnilog");
  const over = { closedMs: Date.now() - 24 * HOUR_MS, closedBecause: "BACK" } as const;
  await putIncident(db, incidentOf("VIBER", 30, { segment: { channel: "VIBER" }, ...over }));
  await putIncident(db, incidentOf("SMS", 1, { also: [{ channel: "SMS", network: "22801" }] }));
});
afterAll(() => service[Symbol.asyncDispose]());

const run = (...args: string[]) => runCommand("incidents", args, { OMNILOG_URL: service.url });

test("npm run incidents lists the newest first, with the numbers in words and what to do", async () => {
  const { out, code } = await run();
  expect([code, out.split("\n")]).toEqual([
    0,
    [
      expect.stringMatching(/^\d{4}-.* {2}OPEN {2}DELIVERY$/),
      "    SMS: 40 % of 200 messages sent within 15 minutes were delivered; 95 % is usual at this hour. 1 other with it.",
      "    Fewer messages are delivered than usual",
      expect.stringMatching(/^\d{4}-.* {2}until \d{4}-.* {2}DELIVERY$/),
      expect.stringMatching(/^ {4}VIBER: 40 % of/),
      "    Fewer messages are delivered than usual",
      expect.stringMatching(/^Nothing has been judged yet\./),
      "",
    ],
  ]);
});

test("it takes how long ago, as npm run stats does, and says in a line what is wrong", async () => {
  const [day, week, open, wrong] = await Promise.all([
    run("--since", "20h", "--json"),
    run("--since", "7d", "--json"),
    run("--open", "--json"),
    run("--since", "5x"),
  ]);
  const channels = (out: string) =>
    JSON.parse(out).incidents.map(({ channel }: { channel: string }) => channel);
  expect([day, week, open].map(({ out }) => channels(out))).toEqual([["SMS"], ["SMS", "VIBER"], ["SMS"]]);
  expect([wrong.code, wrong.err]).toEqual([
    1,
    expect.stringMatching(/^--since must be .*, or how long ago: 90m/),
  ]);
});
