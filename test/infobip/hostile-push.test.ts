import { expect, test } from "vitest";
import { parseEvent } from "../../lib/infobip/event.ts";
import { splitPushed } from "../../lib/infobip/split.ts";
import { splitXml } from "../../lib/infobip/xml-page.ts";
import { streamOf } from "../../lib/log/streams.ts";

// It took minutes, in which nothing else of its kind was merged.
test("an element that never ends takes no longer than it is long", { timeout: 30_000 }, () => {
  expect(splitXml(`<${"a".repeat(1_000_000)}`)).toMatchObject({ texts: [], damage: { from: 0 } });
  const cut = `<${"a".repeat(50_000)} b="c"> <results><result><messageId>1</messageId></result>`;
  expect(splitXml(cut).texts).toEqual(['{"messageId":"1"}']);
});

test.each(["constructor", "toString", "__proto__"])(
  "%s is the name of no event, and of no channel",
  (name) => {
    expect(parseEvent(JSON.stringify({ messageId: "1", notificationType: name }))).toBeUndefined();
    expect(streamOf("logs", { channel: name })).toBe("omni");
  },
);

test("a single result in place of the list is read, with what stands beside it, and not one that is cut", () => {
  expect(splitPushed('{"a":1,"results":{"messageId":"1","n":1.10},"b":[]}')).toEqual({
    texts: ['{"messageId":"1","n":1.10}'],
  });
  for (const body of ['{"results":{"messageId":"1"', '{"results":{"messageId":"1"}} more'])
    expect(splitPushed(body)).toMatchObject({ texts: [], damage: { from: 0 } });
});
