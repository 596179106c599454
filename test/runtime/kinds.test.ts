import { describe, expect, it } from "vitest";
import { CLIENT_PARTITION } from "../../lib/api/clients.ts";
import { RATE_PARTITION } from "../../lib/api/rate.ts";
import { blockPartition } from "../../lib/archive/block.ts";
import { CATALOG_KEY } from "../../lib/archive/catalog.ts";
import { FRESH, FRESH_IDS } from "../../lib/archive/fresh.ts";
import { runPartition } from "../../lib/archive/run.ts";
import { RECONCILE_PARTITION } from "../../lib/ingest/checkpoint.ts";
import { DOUBT_PARTITION } from "../../lib/ingest/doubts.ts";
import { QUARANTINE_PARTITION } from "../../lib/ingest/quarantine.ts";
import { SOURCE_PARTITION } from "../../lib/ingest/source-state.ts";
import { EVENT_PARTITION } from "../../lib/log/events.ts";
import { LOG_PARTITION } from "../../lib/log/page-log.ts";
import { POSITION_PARTITION } from "../../lib/log/positions.ts";
import { REPORTS_PARTITION } from "../../lib/log/report-index.ts";
import { SEEN_PARTITION } from "../../lib/log/seen.ts";
import { KINDS, keyPatterns, kindsOf } from "../../lib/runtime/kinds.ts";
import { INCIDENT_PARTITION } from "../../lib/statistics/alerts/incident-store.ts";
import { ALERTS_PARTITION } from "../../lib/statistics/alerts/state-store.ts";
import { USUAL_PARTITION } from "../../lib/statistics/alerts/usual-store.ts";
import { STATISTICS_PARTITION } from "../../lib/statistics/stored.ts";

describe("the kinds of items", () => {
  it("are told apart by the partition key alone", () => {
    for (const { name, pk } of KINDS) {
      expect(kindsOf(pk.endsWith("#") ? `${pk}something` : pk).map((kind) => kind.name)).toEqual([name]);
    }
  });

  it.each([
    ["block", blockPartition("2026-11-22")],
    ["run", runPartition("1")],
    ["fresh", FRESH],
    ["fresh ids", FRESH_IDS],
    ["days", CATALOG_KEY.pk],
    ["statistics", STATISTICS_PARTITION],
    ["usual", USUAL_PARTITION],
    ["alerts", ALERTS_PARTITION],
    ["incident", INCIDENT_PARTITION],
    ["log", `${LOG_PARTITION}sms`],
    ["seen", `${SEEN_PARTITION}sms#1`],
    ["reports", `${REPORTS_PARTITION}sms`],
    ["event", `${EVENT_PARTITION}a`],
    ["position", POSITION_PARTITION],
    ["source", `${SOURCE_PARTITION}sms`],
    ["doubt", DOUBT_PARTITION],
    ["quarantine", QUARANTINE_PARTITION],
    ["reconcile", RECONCILE_PARTITION],
    ["client", CLIENT_PARTITION],
    ["rate", `${RATE_PARTITION}ann`],
  ])("agree with the module that makes the keys: %s", (name, pk) => {
    expect(kindsOf(pk).map((kind) => kind.name)).toEqual([name]);
  });

  it("leave clients to people: no job writes them, and only the query reads them", () => {
    for (const job of ["ingest", "reconcile", "settle", "query", "receive"] as const) {
      expect(keyPatterns(job, "writes")).not.toContain("client");
      expect(keyPatterns(job, "reads").includes("client")).toBe(job === "query");
    }
  });

  it("let what the world can push to read only what was pushed", () => {
    expect(keyPatterns("receive", "reads")).toEqual([
      ...["log#push-*", "piece#push-*", "seen#*", "reports#*", "source#push-*"],
    ]);
    expect(keyPatterns("receive", "writes")).toContain("log#push-*");
    expect(keyPatterns("receive", "writes")).not.toContain("log#*");
  });
});
