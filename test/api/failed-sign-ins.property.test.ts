import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FailedSignIns, networkOf } from "../../lib/api/failed-sign-ins.ts";
import { RecentValues } from "../../lib/api/recent.ts";

const LIMIT = { perMinute: 20, burst: 5 };

/** Fails as often as it may, and says how often that was. */
function failAll(guard: FailedSignIns, address: string, id: string, nowMs: number): number {
  for (let n = 0; n < 1_000; n++) {
    if (guard.waitMs(address, id, nowMs) > 0) return n;
    guard.failed(address, id, nowMs);
  }
  return Infinity;
}

describe("failed sign-ins", () => {
  test("of one address are bounded, whatever ids it tries", () => {
    const guard = new FailedSignIns(LIMIT);
    let failures = 0;
    for (let n = 0; n < 100; n++) failures += failAll(guard, "192.0.2.1", `id ${n}`, 0);
    expect(failures).toBe(LIMIT.burst);
    expect(guard.waitMs("192.0.2.2", "id 1", 0)).toBe(0);
  });

  test("for one id are bounded, from whatever addresses they come", () => {
    const guard = new FailedSignIns(LIMIT);
    let failures = 0;
    for (let n = 0; n < 100; n++) failures += failAll(guard, `192.0.2.${n}`, "boss", 0);
    expect(failures).toBe(LIMIT.burst);
  });

  test("lock nobody out who signed in from the same address within the hour", () => {
    const guard = new FailedSignIns(LIMIT);
    guard.succeeded("198.51.100.1", "boss", 0);
    failAll(guard, "192.0.2.1", "boss", 1);
    failAll(guard, "198.51.100.1", "somebody else", 1);
    expect(guard.waitMs("198.51.100.1", "boss", 1)).toBe(0);
    expect(guard.waitMs("198.51.100.2", "boss", 1)).toBeGreaterThan(0);
    // Its own failures count, too.
    expect(failAll(guard, "198.51.100.1", "boss", 1)).toBe(LIMIT.burst);
    expect(guard.waitMs("198.51.100.1", "boss", 3_600_000)).toBe(0);
  });

  test("are answered again after the time that was told, and not before", () => {
    const guard = new FailedSignIns(LIMIT);
    failAll(guard, "192.0.2.1", "id", 0);
    const waitMs = guard.waitMs("192.0.2.1", "id", 0);
    expect(waitMs).toBe(3_000);
    expect(guard.waitMs("192.0.2.1", "id", waitMs - 1)).toBe(1);
    expect(failAll(guard, "192.0.2.1", "id", waitMs)).toBe(1);
  });

  test("stay below burst and rate in any stretch of time", () => {
    const pauses = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(pauses, (all) => {
        const guard = new FailedSignIns(LIMIT);
        let [nowMs, failures] = [0, 0];
        for (const pause of all) {
          nowMs += pause;
          failures += failAll(guard, "192.0.2.1", "id", nowMs);
        }
        expect(failures).toBeLessThanOrEqual(LIMIT.burst + (nowMs * LIMIT.perMinute) / 60_000);
      }),
    );
  });
});

test("an IPv6 address counts by its network, however it is spelled", () => {
  expect(networkOf("192.0.2.1")).toBe("192.0.2.1");
  const spelled = ["2001:db8::1", "2001:DB8:0:0:ffff::", "2001:0db8:0000:0000:1:2:3:4"];
  expect(new Set(spelled.map(networkOf))).toEqual(new Set(["2001:db8:0:0"]));
  expect(networkOf("2001:db8:0:1::1")).not.toBe("2001:db8:0:0");
  expect(networkOf("::1")).toBe("0:0:0:0");
});

test("a memory holds no more than it may, and forgets what was set longest ago", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), (names) => {
      const memory = new RecentValues<number>(3, 1_000);
      for (const [at, name] of names.entries()) memory.set(String(name), at, at);
      expect(memory.size).toBeLessThanOrEqual(3);
      const latest = [...new Set([...names].reverse())].slice(0, 3);
      for (const name of latest) expect(memory.get(String(name), names.length)).toBe(names.lastIndexOf(name));
    }),
  );
  const memory = new RecentValues<number>(3, 1_000);
  memory.set("a", 1, 0);
  expect([memory.get("a", 999), memory.get("a", 1_000)]).toEqual([1, undefined]);
});
