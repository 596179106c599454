import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Csv, cellsOf, recordsOf } from "../../lib/console/views/messages/csv.ts";

const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\r", "\n", " ", "é") });

describe("the parts of a spreadsheet", () => {
  it("are told apart as they were put together", () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
        const text = stringify(rows, { record_delimiter: "windows", quoted_match: /[\r\n]|^\s|\s$/ });
        expect(recordsOf(text).map(cellsOf)).toEqual(rows);
      }),
    );
  });
});

describe("a spreadsheet of what is filtered", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** An archive of so many messages for each question, which breaks once after so many requests. */
  function answering(messages: number, breaksAfter = Number.POSITIVE_INFINITY): void {
    let requests = 0;
    vi.stubGlobal("fetch", async (target: string) => {
      if (requests++ === breaksAfter) return new Response("", { status: 503 });
      const query = new URLSearchParams(target.split("?")[1]);
      const [from, size] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
      const rows = Array.from(
        { length: Math.min(size, messages - from) },
        (_, n) => `${query.get("channel")}-${from + n}`,
      );
      const isMore = from + size < messages;
      const headers: Record<string, string> = isMore ? { "omnilog-next-cursor": String(from + size) } : {};
      return new Response(["messageId", ...rows].map((row) => `${row}\r\n`).join(""), { headers });
    });
  }
  const rowsOf = async (file: Blob) => (await file.text()).trim().split("\r\n").slice(1);
  const fill = (csv: Csv) => csv.fill(() => {}, new AbortController().signal);

  it("becomes several files where one cannot take it, each row in one of them", async () => {
    answering(2_500);
    const csv = new Csv("channel:SMS channel:VIBER", 0, 3_000);
    const files: string[][] = [];
    do {
      await fill(csv);
      files.push(await rowsOf(csv.take()));
    } while (!csv.isOver);
    expect(files.map(({ length }) => length)).toEqual([2_500, 2_500]);
    expect(new Set(files.flat()).size).toBe(5_000);
  });

  it("goes on where something went wrong, without a row lost or doubled", async () => {
    answering(5_000, 2);
    const csv = new Csv("channel:SMS", 0);
    await expect(fill(csv)).rejects.toThrow("not well");
    expect([csv.rows, csv.isOver]).toEqual([2_000, false]);
    await fill(csv);
    expect(new Set(await rowsOf(csv.take())).size).toBe(5_000);
  });

  it("has what the list has: of a word that is there twice, either", async () => {
    const rows = [
      "a,REJECTED,REJECTED_NETWORK,5,EC_ONE",
      "b,REJECTED,REJECTED_SOURCE,6,EC_ONE",
      "c,DELIVERED,DELIVERED_TO_HANDSET,0,NO_ERROR",
      "d,EXPIRED,EXPIRED_UNKNOWN,7,EC_TWO",
    ];
    const header = "messageId,status.groupName,status.name,error.id,error.name";
    vi.stubGlobal("fetch", async (target: string) => {
      const status = new URLSearchParams(target.split("?")[1]).get("generalStatus");
      const found = rows.filter((row) => status === null || row.split(",")[1] === status);
      return new Response([header, ...found].map((row) => `${row}\r\n`).join(""));
    });
    const idsOf = async (text: string) => {
      const csv = new Csv(text, 0);
      await fill(csv);
      return (await rowsOf(csv.take())).map((row) => row.slice(0, 1)).join("");
    };
    expect(await idsOf("status:REJECTED_NETWORK status:DELIVERED")).toBe("ac");
    expect(await idsOf("status:REJECTED_NETWORK status:EXPIRED error:ec_one error:7")).toBe("ad");
    expect((await idsOf("status:failed status:REJECTED_NETWORK")).split("").toSorted().join("")).toBe("abd");
  });

  it("is refused where it would be too many questions, rather than empty", () => {
    const many = "a b c d e".split(" ").map((name) => `from:${name} channel:${name}`);
    expect(() => new Csv(many.join(" "), 0)).toThrow("too many combinations");
  });
});
