import { describe, expect, test } from "vitest";
import type { InfobipAnswer, Upstream } from "../../lib/infobip/client.ts";
import type { Pace } from "../../lib/infobip/pace.ts";
import { type Checked, type CheckServices, checkStretch } from "../../lib/ingest/check.ts";
import { NOON } from "../message/records.ts";
import { testClock } from "./clock.ts";
import { beset } from "./misfortunes.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const EMPTY: InfobipAnswer = { kind: "ok", body: Buffer.from('{"results":[]}') };

/** Checks a stretch of logs that are empty, with an Infobip that answers as told to the n-th request for a window. */
async function check(
  stretch: { sinceMs: number; untilMs: number },
  answer: (
    request: { sinceMs: number; untilMs: number },
    n: number,
    nowMs: number,
  ) => InfobipAnswer | undefined,
) {
  const clock = testClock();
  let requests = 0;
  const upstream: Upstream = { authorize: async () => ({ authorization: "x" }), get: async () => EMPTY };
  const infobip = beset(upstream, {
    before: (request) => {
      clock.ms += 200;
      return answer(request, ++requests, clock.ms);
    },
  });
  const pace = { waitMs: () => 0, sent: () => undefined, holdBack: () => undefined } as unknown as Pace;
  const archive = { compare: async () => [], keeps: () => true };
  const services = { clock, infobip, pace, archive, remainingMs: () => 1e9 } as unknown as CheckServices;
  const all: Checked[] = [];
  for await (const checked of checkStretch(stretch, services)) all.push(checked);
  const done = all.filter(({ isSplit, stopped }) => !isSplit && stopped === undefined);
  return {
    requests,
    done,
    gaps: done.filter(({ isGap }) => isGap).map(({ window }) => window),
    stopped: all.at(-1)?.stopped,
    nowMs: clock.ms,
  };
}

describe("a stretch of 80 minutes with one row that cannot be served", () => {
  const badMs = NOON - 30 * MINUTE_MS;
  const stretch = { sinceMs: badMs - HOUR_MS, untilMs: badMs + 20 * MINUTE_MS };
  const spoilt = ({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }): InfobipAnswer | undefined =>
    sinceMs <= badMs && badMs <= untilMs ? { kind: "doubt", reason: "HTTP 500" } : undefined;

  test("is checked but for a second", async () => {
    const { gaps, stopped, requests } = await check(stretch, spoilt);
    expect(stopped).toBeUndefined();
    expect(gaps).toHaveLength(1);
    expect(requests).toBeLessThan(120);
  });

  test.each([1, 5, 20, 30, 40, 50, 60, 80, 95, 100])(
    "an outage that begins with the request %i is not taken for more such rows: the check stops",
    async (from) => {
      const out: InfobipAnswer = { kind: "doubt", reason: "HTTP 503" };
      const { gaps, stopped, requests } = await check(stretch, (asked, n) =>
        n >= from ? out : spoilt(asked),
      );
      if (stopped === undefined) return expect(requests).toBeLessThan(from);
      expect(stopped).toBe("HTTP 503");
      expect(gaps.length).toBeLessThanOrEqual(1);
      expect(requests).toBeLessThan(from + 50);
    },
  );
});

describe("an Infobip that refuses windows which begin too long ago", () => {
  const refused: InfobipAnswer = { kind: "refused", status: 400, reason: "HTTP 400" };

  test.each([47.99, 47.5, 46.9, 46, 24, 1, 0.1])(
    "gives %d hours: all of them are checked, but for a few minutes",
    async (hours) => {
      const { done, stopped, requests, nowMs } = await check(
        { sinceMs: NOON - 48 * HOUR_MS, untilMs: NOON },
        ({ sinceMs }, _, now) => (sinceMs < now - hours * HOUR_MS ? refused : undefined),
      );
      expect(stopped).toBeUndefined();
      expect(requests).toBeLessThanOrEqual(20);
      expect(done.at(-1)?.window.untilMs).toBe(NOON);
      expect(done[0]?.window.sinceMs).toBeLessThanOrEqual(nowMs - hours * HOUR_MS + 7 * MINUTE_MS);
    },
  );

  test("an Infobip that refuses all of them stops the check at once", async () => {
    const { stopped, requests } = await check({ sinceMs: NOON - 48 * HOUR_MS, untilMs: NOON }, () => refused);
    expect([stopped, requests]).toEqual(["HTTP 400", 2]);
  });

  test("a reach that shrinks while it is checked is found anew", async () => {
    const { stopped, done } = await check(
      { sinceMs: NOON - 48 * HOUR_MS, untilMs: NOON },
      ({ sinceMs }, n, now) => (sinceMs < now - (n < 8 ? 40 : 20) * HOUR_MS ? refused : undefined),
    );
    expect(stopped).toBeUndefined();
    expect(done.at(-1)?.window.untilMs).toBe(NOON);
  });

  test("what is refused for its length is asked for in parts", async () => {
    const { stopped, done, requests } = await check(
      { sinceMs: NOON - 47 * HOUR_MS, untilMs: NOON },
      ({ sinceMs, untilMs }) => (untilMs - sinceMs > 24 * HOUR_MS ? refused : undefined),
    );
    expect(stopped).toBeUndefined();
    expect([done[0]?.window.sinceMs, done.at(-1)?.window.untilMs]).toEqual([NOON - 47 * HOUR_MS, NOON]);
    expect(requests).toBeLessThan(20);
  });
});

test("an Infobip that serves nothing but single milliseconds costs few requests, and all is noted", async () => {
  const stretch = { sinceMs: NOON - 47 * HOUR_MS, untilMs: NOON };
  const { stopped, gaps, requests } = await check(stretch, ({ sinceMs, untilMs }) =>
    untilMs > sinceMs ? { kind: "doubt", reason: "HTTP 504" } : undefined,
  );
  expect(stopped).toBeUndefined();
  expect(requests).toBeLessThan(250);
  expect([gaps[0]?.sinceMs, gaps.at(-1)?.untilMs]).toEqual([stretch.sinceMs, stretch.untilMs]);
  for (const [n, { sinceMs }] of gaps.slice(1).entries()) expect(sinceMs).toBe(gaps[n]?.untilMs);
});
