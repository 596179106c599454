import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOME, parseRoute, printRoute, VIEWS } from "../../lib/console/route.ts";
import { fixed } from "../../lib/console/route-fixed.ts";
import { parseQuery } from "../../lib/console/search/query.ts";
import { requestsOf } from "../../lib/console/search/requests.ts";
import { stretchOf } from "../../lib/console/views/overview/range.ts";

const text = fc.string({ unit: "grapheme" });
const route = fc.record({ view: fc.constantFrom(...VIEWS), q: text, message: text, range: text });

describe("the URL of a view", () => {
  it("says everything that the view shows, so that it survives a reload", () => {
    fc.assert(
      fc.property(route, (given) => {
        expect(parseRoute(printRoute(given))).toEqual(given);
      }),
    );
  });

  it("has it in the fragment alone: nothing of it reaches a server", () => {
    fc.assert(
      fc.property(route, (given) => {
        const url = new URL(printRoute(given), "https://example.com/console");
        expect([url.pathname, url.search]).toEqual(["/console", ""]);
        expect(parseRoute(url.hash)).toEqual(given);
      }),
    );
  });

  it("that is sent to a colleague shows the same tomorrow", () => {
    const nowMs = Date.parse("2026-11-25T12:34:56.789Z");
    const seen = { ...HOME, view: "messages", q: "since:2h until:today 41793026727", message: "m" } as const;
    const sent = fixed(seen, nowMs);
    expect(sent).toMatchObject({ view: "messages", message: "m" });
    const askedAt = (q: string, ms: number) => requestsOf(parseQuery(q).terms, ms)?.questions;
    expect(askedAt(sent.q, nowMs + 86_400_000)).toEqual(askedAt(seen.q, nowMs));
    const { range } = fixed(HOME, nowMs);
    expect(stretchOf(range, nowMs + 86_400_000)).toEqual(stretchOf(HOME.range, nowMs));
    const fixedText = (q: string) => fixed({ ...HOME, view: "messages", q }, nowMs).q;
    for (const q of ["status:failed", 'colour:red  from:"a since:2h" since:soon', "+41 79 302 67 27"])
      expect(fixedText(q)).toBe(q);
    expect(fixedText('colour:red after:2h from:"a b"')).toBe(
      'colour:red since:2026-11-25T10:34:56.789Z from:"a b"',
    );
  });

  it("can be read by people", () => {
    const q = "to:41793026727 since:2h";
    expect(printRoute({ ...HOME, view: "messages", q })).toBe("#/messages?q=to:41793026727+since:2h");
  });

  it("is home where it is nothing", () => {
    for (const fragment of ["", "#", "#/", "#/nowhere", "#?q="]) expect(parseRoute(fragment)).toEqual(HOME);
  });
});
