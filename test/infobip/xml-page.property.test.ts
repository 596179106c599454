import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joined, readAnyPage } from "../../lib/infobip/page.ts";
import { sourceNamed } from "../../lib/infobip/sources.ts";
import { splitXml } from "../../lib/infobip/xml-page.ts";
import { landedBody } from "../../lib/receive/body.ts";

const SENT =
  "<sentAt>2026-11-24T12:00:00.000+0000</sentAt><status><groupName>DELIVERED</groupName><id>5</id><name>D</name></status>";
const ENVELOPES = [
  ["DeliveryReports", "result"],
  ["MessagesApiDeliveryReportResponse", "results"],
] as const;
const envelopes = fc.constantFrom(...ENVELOPES);
type Envelope = readonly [root: string, entry: string];
const entryOf = ([, entry]: Envelope, id: string, text = "") =>
  `<${entry}><messageId>${id}</messageId>${SENT}<to>${text}</to></${entry}>`;
const bodyOf = ([root]: Envelope, entries: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>\n <results>${entries.join("\n  ")}</results>\n</${root}>`;
const idsOf = (texts: readonly string[]) =>
  texts.flatMap((text) => (text.startsWith("{") ? [String(JSON.parse(text).messageId)] : []));
const ids = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}$/), { minLength: 1, maxLength: 6 });

test("a character that XML does not have spoils the result that it stands in, and no other", () => {
  const bad = fc.constantFrom("a & b", "1 < 2", "<b", "</c>", "&#x110000;<");
  fc.assert(
    fc.property(envelopes, ids, fc.nat(), bad, (envelope, all, n, text) => {
      const spoilt = n % all.length;
      const body = bodyOf(
        envelope,
        all.map((id, at) => entryOf(envelope, id, at === spoilt ? text : "")),
      );
      const { texts, damage } = splitXml(body);
      expect(damage).toBeUndefined();
      expect(idsOf(texts)).toEqual(all.filter((_, at) => at !== spoilt));
      expect(texts.filter((one) => one.startsWith("<"))).toEqual([
        entryOf(envelope, all[spoilt] ?? "", text),
      ]);
    }),
  );
});

test("of a body that was cut anywhere, whatever stood before it whole is read, and the rest is kept", () => {
  fc.assert(
    fc.property(envelopes, ids, fc.nat(), (envelope, all, n) => {
      const body = bodyOf(
        envelope,
        all.map((id) => entryOf(envelope, id)),
      );
      const cut = body.slice(0, n % body.length);
      const ends = all.map((id) => body.indexOf(entryOf(envelope, id)) + entryOf(envelope, id).length);
      const whole = all.filter((_, at) => (ends[at] ?? 0) <= cut.length);
      const { texts, damage } = splitXml(cut);
      expect(idsOf(texts)).toEqual(whole);
      // What opens the list need not be kept.
      const from =
        whole.length > 0
          ? (ends[whole.length - 1] ?? 0)
          : Math.max(0, body.indexOf(entryOf(envelope, all[0] ?? "")));
      expect(cut.slice(damage?.from)).toContain(cut.slice(from).trimStart());
    }),
  );
});

test("what was lost in the midst takes the results that it reached into", () => {
  const envelope = ENVELOPES[0];
  const body = bodyOf(
    envelope,
    ["a", "b", "c", "d"].map((id) => entryOf(envelope, id)),
  );
  const from = body.indexOf("<sentAt>", body.indexOf(">b<"));
  const { texts } = splitXml(body.slice(0, from) + body.slice(body.indexOf("<result>", body.indexOf(">c<"))));
  expect(idsOf(texts)).toEqual(["a", "d"]);
  expect(texts[1]).toMatch(/^<result><messageId>b<\/messageId>\s*$/);
});

describe("what is no result is not passed by", () => {
  test.each([
    ["garbage"],
    ["<result><messageId>a</messageId></result>garbage"],
    ["garbage<result><messageId>a</messageId></result>"],
    ["<result>garbage</result>"],
    ["<result><messageId>a</messageId></result><result>x & y</result>between<result/>"],
  ])("%s", async (inside) => {
    const body = `<DeliveryReports><results>${inside}</results></DeliveryReports>`;
    const { rejects } = await readAnyPage(Buffer.from(body), sourceNamed("push-sms"));
    expect(rejects.map(({ text }) => text).join("")).toMatch(/garbage|between/);
  });

  test.each(["<DeliveryReports><results/></DeliveryReports>", "<A><results>\n </results></A>"])(
    "but nothing is nothing: %s",
    async (body) => {
      expect((await readAnyPage(Buffer.from(body), sourceNamed("push-sms"))).rejects).toEqual([]);
    },
  );
});

test.each([
  ["ISO-8859-1", "latin1"],
  ["utf-16", "utf16le"],
] as const)("a body in %s is read as such", async (name, encoding) => {
  const xml = bodyOf(ENVELOPES[0], [entryOf(ENVELOPES[0], "a", "Žürich".slice(1))]).replace("UTF-8", name);
  const text = encoding === "utf16le" ? `\ufeff${xml}` : xml;
  const { records } = await readAnyPage(Buffer.from(text, encoding), sourceNamed("push-sms"));
  expect(records.map(({ to }) => to)).toEqual(["ürich"]);
});

test("of texts that were put together, of whatever form, each is read again, or set aside as it was", async () => {
  const status = { groupName: "DELIVERED", id: 5, name: "D" };
  const report = (messageId: string) =>
    JSON.stringify({ messageId, sentAt: "2026-11-24T12:00:00.000+0000", status, to: "" });
  const unreadable = fc.constantFrom(
    ...["<result>a & b</result>", "<result><messageId>a</messageId>", "<result/>", "\n  <result>", '"<x"'],
    ...["garbage", "a, b]", "\u0001", '"a"', "5", "{a:1}", '{"a":1}', '{"messageId":"b', '}{"results":[]}'],
  );
  const texts = fc.array(
    fc.oneof(
      unreadable.map((text) => ({ text, id: [] as string[] })),
      fc.stringMatching(/^[a-z0-9]{1,8}$/).map((id) => ({ text: report(id), id: [id] })),
      envelopes.chain((envelope) =>
        fc.stringMatching(/^[a-z]{1,8}$/).map((id) => ({ text: entryOf(envelope, id), id: [id] })),
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (all) => {
      const body = Buffer.from(joined(all.map(({ text }) => text)));
      const { records, rejects, count } = await readAnyPage(body, sourceNamed("push-sms"));
      expect(count).toBe(all.length);
      expect(records.map(({ messageId }) => messageId)).toEqual(all.flatMap(({ id }) => id));
      // Some are kept as strings of JSON.
      const plainOf = ({ text }: { text: string }) => (text.startsWith('"') ? JSON.parse(text) : text);
      expect(rejects.map(plainOf)).toEqual(all.filter(({ id }) => id.length === 0).map(plainOf));
    }),
  );
});

// What .NET's StringWriter writes, whatever the bytes are in the end.
describe.each(["utf-16", "UTF-16LE", "utf-16be", "unicode", "ISO-10646-UCS-2", "utf-32"])(
  "a declaration of %s that can be read without it",
  (name) => {
    const xml = bodyOf(ENVELOPES[0], [entryOf(ENVELOPES[0], "a", "Zürich")]).replace("UTF-8", name);
    const toOf = async (body: Uint8Array) =>
      (await readAnyPage(body, sourceNamed("push-sms"))).records.map(({ to }) => to);

    test("is wrong: the body is in UTF-8", async () => {
      expect(await toOf(Buffer.from(xml))).toEqual(["Zürich"]);
    });

    test("was right before the header's charset was followed", async () => {
      const headers = { "content-type": "application/xml; charset=utf-16le" };
      expect(await toOf(landedBody({ headers, body: Buffer.from(xml, "utf16le") }))).toEqual(["Zürich"]);
    });
  },
);

test("a mark of UTF-8 is believed before a declaration", async () => {
  const xml = bodyOf(ENVELOPES[0], [entryOf(ENVELOPES[0], "a", "Zürich")]).replace("UTF-8", "ISO-8859-1");
  const { records } = await readAnyPage(Buffer.from(`\ufeff${xml}`), sourceNamed("push-sms"));
  expect(records.map(({ to }) => to)).toEqual(["Zürich"]);
});

describe("a pushed list", () => {
  const restOf = async (body: string) => {
    const { records, rejects } = await readAnyPage(Buffer.from(body), sourceNamed("push-sms"));
    return { count: records.length, rest: rejects.map(({ text }) => text) };
  };
  const report = JSON.stringify({
    ...{ messageId: "a", sentAt: "2026-11-24T12:00:00.000+0000" },
    status: { groupId: 3, groupName: "DELIVERED", id: 5, name: "D" },
  });
  test.each([
    [`[${report},{"messageId":"b`, 1, ['{"messageId":"b']],
    [`\ufeff [${report},{"messageId":"b`, 1, ['{"messageId":"b']],
    [`{"results":[${report}]}{"results":[${report}]}`, 1, [`}{"results":[${report}]}`]],
    [`[${report}] [${report}]`, 1, [` [${report}]`]],
    [`{"results":[${report}],"a":{"b":"]"}}`, 1, []],
    // Of what was cut behind the list nothing is missing.
    [`{"results":[${report}]`, 1, []],
  ])("%s", async (body, count, rest) => {
    expect(await restOf(body)).toEqual({ count, rest });
  });
});
