import { describe, expect, it } from "vitest";
import { parseQuery } from "../../lib/console/search/query.ts";
import { meets, requestsOf } from "../../lib/console/search/requests.ts";
import { aRecord } from "../message/records.ts";

const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
const ask = (text: string) => requestsOf(parseQuery(text).terms, NOW_MS);

describe("what a search asks of the archive", () => {
  it.each([
    ["", [{}]],
    ["to:41793026727 since:2h", [{ to: "41793026727", sentSince: "2026-11-25T10:00:00.000Z" }]],
    ["network:22801", [{ mcc: "228", mnc: "01" }]],
    ["network:228", [{ mcc: "228" }]],
    ["id:a id:b", [{ messageId: "a,b" }]],
    ["until:2026-11-25T10:00Z", [{ sentUntil: "2026-11-25T10:00:00.000Z" }]],
    ["channel:SMS channel:VIBER", [{ channel: "SMS" }, { channel: "VIBER" }]],
    ["status:failed", ["UNDELIVERABLE", "EXPIRED", "REJECTED"].map((generalStatus) => ({ generalStatus }))],
    [
      "status:failed status:REJECTED",
      ["UNDELIVERABLE", "EXPIRED", "REJECTED"].map((generalStatus) => ({ generalStatus })),
    ],
    ["since:3h since:5h since:4h", [{ sentSince: "2026-11-25T07:00:00.000Z" }]],
    ["until:2h until:3h", [{ sentUntil: "2026-11-25T10:00:00.000Z" }]],
    ["network:228 network:22801 network:26202", [{ mcc: "228" }, { mcc: "262", mnc: "02" }]],
  ])("%s", (text, questions) => {
    expect(ask(text)).toEqual({ questions, sifted: [] });
  });

  it("asks for the group of a status, and sifts the rest here", () => {
    expect(ask("status:REJECTED_NETWORK error:27")).toEqual({
      questions: [{ generalStatus: "REJECTED" }],
      sifted: [
        { word: "status", value: "REJECTED_NETWORK" },
        { word: "error", value: "27" },
      ],
    });
  });

  it("sifts by every value of a word, where it sifts by one: any of them is meant", () => {
    const found = ask("status:REJECTED_NETWORK status:DELIVERED status:failed");
    expect(found?.questions.map(({ generalStatus }) => generalStatus)).toEqual([
      "REJECTED",
      "DELIVERED",
      "UNDELIVERABLE",
      "EXPIRED",
    ]);
    expect(found?.sifted.map(({ value }) => value)).toEqual(["REJECTED_NETWORK", "DELIVERED", "failed"]);
  });

  it("refuses more combinations than are asked for at once", () => {
    expect(
      ask("status:failed channel:SMS channel:VIBER channel:PUSH channel:EMAIL channel:MMS"),
    ).toBeUndefined();
  });
});

describe("what comes live", () => {
  const record = aRecord({
    ...{
      to: "41793026727",
      from: "Kino",
      channel: "SMS",
      mccmnc: "22801",
      sentAt: "2026-11-25T12:30:00.000+0100",
    },
    ...{
      status: { groupName: "REJECTED", name: "REJECTED_NETWORK" },
      error: { id: 27, name: "EC_ABSENT_SUBSCRIBER" },
    },
  });
  it.each([
    ["to:+41793026727", true],
    ["to:41793026728", false],
    ["status:failed channel:sms network:228", true],
    ["status:DELIVERED status:REJECTED", true],
    ["status:REJECTED_SOURCE", false],
    ["error:27", true],
    ["error:ec_absent_subscriber", true],
    ["status:REJECTED_SOURCE status:failed", true],
    ["error:EC_ABSENT_SUBSCRIBER from:Kino", true],
    ["since:30m", true],
    ["since:29m", false],
    ["until:2026-11-25T11:29:59Z", false],
  ])("meets %s: %s", (text, isMet) => {
    expect(meets(parseQuery(text).terms, record, NOW_MS)).toBe(isMet);
  });
});
