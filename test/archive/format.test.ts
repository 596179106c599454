import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockPrefix, packBlocks, parseBlock } from "../../lib/archive/block.ts";
import { decodeRefs, encodeRefs, keyOfRef, refOf } from "../../lib/archive/block-ref.ts";
import { mergeVersions, parseLine, printLine, unpackLines } from "../../lib/archive/codec.ts";
import { DayFormats, parseBlocks } from "../../lib/archive/day-format.ts";
import {
  freshItems,
  freshKeys,
  MESSAGES_RANGE,
  OTHER_IDS_RANGE,
  parseFresh,
  parseFreshIds,
} from "../../lib/archive/fresh.ts";
import { FreshFormat } from "../../lib/archive/fresh-format.ts";
import { FreshTerms, MOST_BLOCKS } from "../../lib/archive/fresh-terms.ts";
import { identityOf } from "../../lib/archive/keys.ts";
import { decodePostings, encodePostings } from "../../lib/archive/postings.ts";
import {
  idTerms,
  messageTerm,
  singleTerms,
  termsAskedFor,
  valuesOf,
  valueTerms,
} from "../../lib/archive/terms.ts";
import { knownFrom } from "../../lib/message/merge.ts";
import { statusGroupOf } from "../../lib/message/status.ts";
import { OtherFormatError } from "../../lib/runtime/errors.ts";
import { aRecord, PENDING } from "../message/records.ts";
import { NOW_MS, randomMessage, randomMoments } from "./search/messages.ts";
import { Random } from "./search/random.ts";

const keepSeconds = 172_800;
const NOW_SENT = new Date(NOW_MS).toISOString();
/** A block of one record, as it was once stored. */
const STORED = "q0aJ6lxD7JGNGokGxroGhiGGRlYGBlYGBnoGBgaQrEeDgMR0MAA=";
const randomKept = (seed: number, count: number) => {
  const random = new Random(seed);
  return randomMoments(random, count).map((atMs) => ({
    ...knownFrom(randomMessage(random, atMs)),
    keepSeconds,
  }));
};

const sentAtOnce = (seed: number, count: number) =>
  randomKept(seed, count).map((one) => ({
    ...one,
    record: { ...one.record, sentAt: NOW_SENT, doneAt: NOW_SENT },
  }));

describe("what is stored stays readable", () => {
  test("the dictionary: with another one, every block that is stored already becomes unreadable", () => {
    const stored = Buffer.from(STORED, "base64");
    expect(unpackLines(stored)).toEqual([JSON.stringify(aRecord())]);
  });

  test("the fingerprints: with others, what is settled already is not found any more", () => {
    expect(messageTerm("41793026727")).toMatchInlineSnapshot(`2721071529`);
    expect(valueTerms({ channel: "SMS", from: "Shop", group: "DELIVERED" })).toMatchInlineSnapshot(`
      [
        224325921,
        1477696058,
        1579815759,
        1503918351,
        3225398265,
        1816559373,
        3601143698,
      ]
    `);
  });

  test("the key of a block: with another one, a page that is appended again stands twice", () => {
    const { blocks } = packBlocks([{ ...knownFrom(aRecord()), keepSeconds }], "sms#1");
    expect(blocks.map(({ item: { pk, sk } }) => `${pk} ${sk}`)).toMatchInlineSnapshot(`
      [
        "d#2026-03-01 a#251629934399999#4aea4b9b4a3d",
      ]
    `);
  });
});

test("blocks hold every record once, below 4 KB, within a day, and say what they span", () => {
  for (let seed = 1; seed < 20; seed++) {
    const kept = randomKept(seed, 300);
    const { blocks, refused } = packBlocks(kept, "sms#1");
    expect(refused).toEqual([]);
    const read = blocks.map(({ item }) => parseBlock(item));
    const texts = read.flatMap(({ versions }) => versions.map(({ text }) => text));
    expect(texts.sort()).toEqual(kept.map(({ record }) => JSON.stringify(record)).sort());
    for (const { item } of blocks) expect(item.n === 1 || item.d.length <= 4_000).toBe(true);
    const refs = blocks.map(refOf);
    expect(decodeRefs(encodeRefs(refs))).toEqual(refs);
    expect(refs.map(keyOfRef)).toEqual(read.map(({ key }) => key));
  }
  expect(NOW_MS).toBeGreaterThan(0);
});

test("the terms of a fresh page come back: each in the blocks that hold it", () => {
  const random = new Random(5);
  for (const count of [1, 2, 7, MOST_BLOCKS]) {
    const blocks = Array.from({ length: count }, () =>
      Array.from({ length: 60 }, () => random.below(random.pick([300, 2 ** 32]))),
    );
    const terms = FreshTerms.decoded(FreshTerms.of(blocks, 26).encoded(), 26);
    for (const term of blocks.flat()) {
      const holding = blocks.flatMap((own, n) => (own.some((one) => one >>> 6 === term >>> 6) ? [n] : []));
      expect(terms.blocksOf(term)).toEqual(holding);
      expect(terms.has(term)).toBe(true);
    }
  }
});

test("the terms of a fresh page of version 2, by bytes, are still read", () => {
  const stored = Buffer.from("qNa5Bweo1rkHAKjWuQcCqNa5BwQ=", "base64");
  const blocks = [[1e9, 2e9], [1e9, 3e9], [4e9]];
  const terms = FreshTerms.decodedBytes(stored, 26);
  for (const term of blocks.flat())
    expect(terms.blocksOf(term)).toEqual(blocks.flatMap((own, n) => (own.includes(term) ? [n] : [])));
  const page = freshItems(packBlocks(sentAtOnce(2, 30), "sms#1").blocks, NOW_MS)[1];
  expect(parseFresh({ ...page, p: new Uint8Array(stored), v: 2 }).terms.blocksOf(1e9)).toEqual([0, 1]);
});

test("a block is there until the last of its records has expired", () => {
  const doneAt = new Date(NOW_MS + 30 * 3_600_000).toISOString();
  const records = [aRecord({ sentAt: NOW_SENT, doneAt }), aRecord({ messageId: "soon", sentAt: NOW_SENT })];
  const { blocks } = packBlocks(
    records.map((record) => ({ ...knownFrom(record), keepSeconds })),
    "sms#1",
  );
  expect(blocks).toHaveLength(1);
  expect(blocks[0]?.item.e).toBeGreaterThanOrEqual(Date.parse(doneAt) / 1000 + keepSeconds);
});

test("a page's records of one channel and status lie together where there are many of them", () => {
  const kept = randomKept(3, 600).map((one) => ({ ...one, record: { ...one.record, sentAt: NOW_SENT } }));
  const { blocks } = packBlocks(kept, "logs#1", 600_000);
  const channels = blocks.map(({ known }) => new Set(known.map(({ record }) => record.channel)).size);
  expect(blocks.flatMap(({ known }) => known)).toHaveLength(kept.length);
  expect(channels.filter((count) => count > 1).length).toBeLessThanOrEqual(1 + blocks.length / 4);
});

test("what a page tells of messages that are not delivered has a class of its own, where there is enough in a slot", () => {
  const at = (count: number) =>
    randomKept(4, count).map((one) => ({ ...one, record: { ...one.record, sentAt: NOW_SENT } }));
  const groupsIn = (kept: ReturnType<typeof at>, isOwn: boolean) => {
    const blocks = packBlocks(kept, "sms#1", 600_000).blocks.filter(
      ({ item }) => item.sk.startsWith("d#") === isOwn,
    );
    const groups = blocks.flatMap(({ known }) => known.map(({ record }) => statusGroupOf(record.status)));
    return { count: groups.length, groups: new Set(groups) };
  };
  const [own, others] = [groupsIn(at(100), true), groupsIn(at(100), false)];
  expect(own.groups).not.toContain("DELIVERED");
  expect(own.count).toBeGreaterThan(10);
  expect([...others.groups]).toEqual(["DELIVERED"]);
  expect(own.count + others.count).toBe(100);
  expect(groupsIn(at(19), true).count).toBe(0);
  // What spans more than a slot is of the class that says so.
  expect(packBlocks(randomKept(4, 100), "sms#1").blocks.map(({ item }) => item.sk[0])).not.toContain("d");
});

test("a day with blocks of that class says so before they are there, and a version that does not know it refuses the day", () => {
  const kept = randomKept(4, 100).map((one) => ({ ...one, record: { ...one.record, sentAt: NOW_SENT } }));
  const { blocks } = packBlocks(kept, "sms#1", 600_000);
  const items = blocks.map(({ item }) => item);
  const formats = new DayFormats();
  const [format, ...others] = formats.missing(blocks);
  expect(others).toEqual([]);
  // Where whoever walks a day by the classes a, b and c comes by first, wherever in the day it begins.
  const lastMs = Date.parse(`${NOW_SENT.slice(0, 10)}T23:59:59.999Z`);
  expect([format?.pk, String(format?.sk).slice(0, 17)]).toEqual([items[0]?.pk, blockPrefix("c", lastMs)]);
  expect(Number(format?.e)).toBeGreaterThan(Math.max(...items.map(({ e }) => e)));
  expect(() => parseBlock(format)).toThrow(OtherFormatError);
  expect(parseBlocks([format ?? {}, ...items])).toHaveLength(items.length);
  expect(() => parseBlocks([{ ...format, v: 3 }, ...items])).toThrow(OtherFormatError);
  // Once it is put it is not put again, and of days without such blocks there is none.
  formats.remember([format ?? {}]);
  expect(formats.missing(blocks)).toEqual([]);
  expect(new DayFormats().missing(packBlocks(kept.slice(0, 19), "sms#1", 600_000).blocks)).toEqual([]);
});

test("fresh pages of version 3, which knows no such class, are still read", () => {
  const page = freshItems(packBlocks(sentAtOnce(2, 30), "sms#1").blocks, NOW_MS)[0];
  expect(parseFresh({ ...page, v: 3 }).form).toBe("pair");
  expect(() => parseFresh({ ...page, v: 6 })).toThrow(OtherFormatError);
});

test("what few records tell is one item, by which their values and ids are found", () => {
  const kept = sentAtOnce(6, 20);
  const items = freshItems(packBlocks(kept, "sms#1", 600_000).blocks, NOW_MS);
  expect(items).toHaveLength(1);
  const [values, [ids]] = [parseFresh(items[0]), parseFreshIds(items)];
  expect(values.sk).toBe(ids?.sk);
  expect(freshKeys(values)).toEqual(items.map(({ pk, sk }) => ({ pk, sk })));
  const begins = new Set(ids?.messages()?.map(([begin]) => begin));
  for (const { record } of kept) {
    for (const term of singleTerms(valuesOf(record))) expect(values.terms.has(term)).toBe(true);
    for (const term of idTerms(record)) expect(ids?.terms.has(term)).toBe(true);
    expect(begins).toContain(messageTerm(record.messageId) >>> 6);
  }
});

test("before the first of those there is an item among the ids that an earlier version refuses", () => {
  const items = freshItems(packBlocks(randomKept(2, 3), "sms#1", 600_000).blocks, NOW_MS);
  const formats = new FreshFormat();
  const [format] = formats.missing(items);
  const { pk, from, until } = MESSAGES_RANGE;
  expect(format).toMatchObject({ pk, v: 5 });
  expect(String(format?.sk) >= from && String(format?.sk) <= until).toBe(true);
  expect(Number(format?.e)).toBeGreaterThan(Math.max(...items.map(({ e }) => Number(e))));
  // It is of no page.
  expect(parseFreshIds([format ?? {}, ...items])).toHaveLength(items.length);
  formats.remember([format ?? {}]);
  expect(formats.missing(items)).toEqual([]);
  const large = freshItems(packBlocks(sentAtOnce(2, 300), "logs#1").blocks, NOW_MS);
  expect(new FreshFormat().missing(large)).toEqual([]);
});

test("the messages of a large page are apart from its other ids, and all of them are found", () => {
  for (const count of [150, 600]) {
    const kept = randomKept(6, count).map((one) => ({
      ...one,
      record: { ...one.record, sentAt: NOW_SENT, doneAt: NOW_SENT },
    }));
    const items = freshItems(packBlocks(kept, "logs#1", 600_000).blocks, NOW_MS);
    const pages = items.map(parseFresh);
    const [values] = pages;
    expect(new Set(pages.map(({ sk }) => sk)).size).toBe(1);
    expect(values && freshKeys(values)).toEqual(items.map(({ pk, sk }) => ({ pk, sk })));
    const within = (range: typeof MESSAGES_RANGE | typeof OTHER_IDS_RANGE) =>
      pages.filter(
        (_, n) =>
          items[n]?.pk === range.pk &&
          String(items[n]?.sk) >= range.from &&
          String(items[n]?.sk) <= range.until,
      );
    const [messages, others] = [within(MESSAGES_RANGE), within(OTHER_IDS_RANGE)];
    expect([messages.length, others.length]).toEqual([1, count < 200 ? 0 : 1]);
    const begins = new Set(messages[0]?.messages()?.map(([begin]) => begin));
    for (const { record } of kept) {
      expect(messages[0]?.terms.has(messageTerm(record.messageId))).toBe(true);
      expect(begins).toContain(messageTerm(record.messageId) >>> 6);
      for (const term of idTerms(record))
        expect(pages.slice(1).some(({ terms }) => terms.has(term))).toBe(true);
    }
    expect(begins.size).toBeLessThanOrEqual(kept.length);
  }
});

test("postings come back as they were written", () => {
  const sorted = (max: number) =>
    fc.uniqueArray(fc.integer({ min: 0, max }), { maxLength: 30 }).map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(sorted(2 ** 32 - 1), sorted(100_000), (fingerprints, blocks) => {
      const entries = fingerprints.map((one): [number, number[]] => [one, blocks]);
      expect(decodePostings(encodePostings(entries))).toEqual(entries);
    }),
  );
});

test("a record has every term that a filter on some of its values asks for", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      (seed, asked) => {
        const values = valuesOf(randomMessage(new Random(seed), NOW_MS));
        const names = ["channel", "from", "mccmnc", "mcc", "group"] as const;
        const some = Object.fromEntries(names.flatMap((name, n) => (asked[n] ? [[name, values[name]]] : [])));
        const own = new Set(valueTerms(values));
        for (const term of termsAskedFor(some)) expect(own).toContain(term);
      },
    ),
  );
});

test("slots that had come to rest when a page came share its items; each of the others has its own", () => {
  const minute = 60_000;
  // Every ten minutes, the newest two hours after the oldest.
  const moments = Array.from({ length: 13 }, (_, n) => NOW_MS - n * 10 * minute);
  const random = new Random(1);
  const kept = moments.map((atMs) => ({
    ...knownFrom({ ...randomMessage(random, atMs), doneAt: new Date(atMs).toISOString() }),
    keepSeconds,
  }));
  const { blocks } = packBlocks(kept, "push-sms#1", 600_000);
  const pages = freshItems(blocks, NOW_MS)
    .filter(({ pk }) => pk === "fresh")
    .map(parseFresh);
  const byPage = pages.map(({ refs }) => refs.length).sort((a, b) => a - b);
  expect(byPage.slice(0, -1).every((count) => count === 1)).toBe(true);
  expect(byPage.reduce((a, b) => a + b)).toBe(blocks.length);
  expect(byPage.at(-1)).toBeGreaterThanOrEqual(9);
  // Appended again, however much later, it is the same page.
  const again = freshItems(blocks, NOW_MS + 90 * minute);
  expect(again.map(({ sk }) => sk)).toEqual(freshItems(blocks, NOW_MS).map(({ sk }) => sk));
});

test("what is merged is kept for as long as either says, also where the same text was merged before", () => {
  const [sent, done] = [aRecord({ status: PENDING }), aRecord()].map((record) =>
    printLine(knownFrom(record)),
  );
  const version = (line: string | undefined, hours: number) => parseLine(line ?? "", hours * 3_600);
  const one = version(sent, 48);
  for (const hours of [24, 96, 48]) {
    const { keepSeconds } = mergeVersions(one, version(done, hours));
    expect(keepSeconds).toBe(Math.max(48, hours) * 3_600);
  }
});

test("a message on a channel is no other message on another", () => {
  const ids = [
    ["a", "SMS"],
    ["aS", "MS"],
    ["1 a", "SMS"],
  ].map(([messageId = "", channel = ""]) => identityOf({ messageId, channel }));
  expect(new Set(ids).size).toBe(ids.length);
});
