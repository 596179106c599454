import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { msOf } from "../../lib/console/search/moments.ts";
import { type AskPage, Streams } from "../../lib/console/search/streams.ts";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { aRecord } from "../message/records.ts";

/** An archive: for each question its messages, newest first, in pages of any size, also empty ones in the midst. */
const archive = fc.array(
  fc.record({
    moments: fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 30 }),
    sizes: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 4 },
);

describe("the list of several questions", () => {
  it("has every message once, newest first, however the archive cuts its answers", async () => {
    await fc.assert(
      fc.asyncProperty(archive, fc.integer({ min: 1, max: 12 }), async (given, most) => {
        const lists = listsOf(given);
        const streams = streamsOf(given, pagesOf(given, lists));
        const found: MessageRecord[] = [];
        for (let isOver = false; !isOver; ) {
          const portion = await streams.next(most);
          expect(portion.records.length).toBeLessThanOrEqual(most);
          found.push(...portion.records);
          isOver = portion.isOver;
        }
        const moments = found.map(({ sentAt }) => msOf(sentAt));
        expect(moments).toEqual(moments.toSorted((a, b) => b - a));
        expect(new Set(found.map(({ messageId }) => messageId)).size).toBe(lists.flat().length);
        expect(found).toHaveLength(lists.flat().length);
      }),
    );
  });

  it("loses no message to a fault, and has none twice, however often it has to go on", async () => {
    const faults = fc.array(fc.boolean(), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(archive, fc.integer({ min: 1, max: 12 }), faults, async (given, most, failing) => {
        const lists = listsOf(given);
        const streams = streamsOf(given, faulty(pagesOf(given, lists), failing));
        const found: MessageRecord[] = [];
        for (let isOver = false, goes = 0; !isOver; goes++) {
          // Who goes on may ask for fewer than before.
          const portion = await streams.next(goes % 2 === 0 ? most : 1).catch(() => undefined);
          found.push(...(portion?.records ?? []));
          isOver = portion?.isOver ?? false;
        }
        const moments = found.map(({ sentAt }) => msOf(sentAt));
        expect(moments).toEqual(moments.toSorted((a, b) => b - a));
        const ids = (records: readonly MessageRecord[]) =>
          records.map(({ messageId }) => messageId).toSorted();
        expect(ids(found)).toEqual(ids(lists.flat()));
      }),
    );
  });

  it("has a message once that is the answer to several questions", async () => {
    const page = { records: [1, 2, 3].map((n) => aRecord({ messageId: `m${n}` })), cursor: undefined };
    const found = await new Streams(
      [{ mcc: "228" }, { mcc: "228", mnc: "01" }],
      async () => page,
      () => true,
    ).next(10);
    expect(found.records.map(({ messageId }) => messageId)).toEqual(["m1", "m2", "m3"]);
    expect(found.isOver).toBe(true);
  });

  it("says when it has looked for long and found little", async () => {
    const askPage: AskPage = async (_question, cursor) => ({
      records: [aRecord({})],
      cursor: `${cursor ?? ""}x`,
    });
    const streams = new Streams([{}], askPage, () => false);
    expect(await streams.next(100)).toEqual({ records: [], isOver: false, isIncomplete: true });
    expect(streams.looked).toEqual({ messages: 1, backToMs: msOf(aRecord({}).sentAt) });
  });
});

interface Given {
  readonly moments: readonly number[];
  readonly sizes: readonly number[];
}

function listsOf(given: readonly Given[]): MessageRecord[][] {
  return given.map(({ moments }, question) =>
    moments
      .toSorted((a, b) => b - a)
      .map((ms, at) => aRecord({ messageId: `${question}-${at}`, sentAt: formatMoment(ms) })),
  );
}

function streamsOf(given: readonly Given[], askPage: AskPage): Streams {
  return new Streams(
    given.map((_, at) => ({ at: String(at) })),
    askPage,
    () => true,
  );
}

/** Refuses the requests that are told, at once; the others take a while longer. */
function faulty(askPage: AskPage, failing: readonly boolean[]): AskPage {
  let requests = 0;
  return async (question, cursor) => {
    if (failing[requests++]) throw new Error("503");
    for (let turn = 0; turn < 5; turn++) await undefined;
    return await askPage(question, cursor);
  };
}

function pagesOf(given: readonly Given[], lists: readonly MessageRecord[][]): AskPage {
  return async ({ at = "0" }, cursor = "0/0") => {
    const [from = 0, page = 0] = cursor.split("/").map(Number);
    const list = lists[Number(at)] ?? [];
    const { sizes } = given[Number(at)] ?? { sizes: [1] };
    // An answer may be empty, but not for ever.
    const size = page < 20 ? (sizes[page % sizes.length] ?? 1) : 5;
    const end = from + size;
    return { records: list.slice(from, end), cursor: end < list.length ? `${end}/${page + 1}` : undefined };
  };
}
