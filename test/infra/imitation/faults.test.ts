import { describe, expect, test } from "vitest";
import { FAULT_KINDS, type Fault, seededFaults } from "../../../infra/local/imitation/faults.ts";
import { AUTHORIZATION } from "../../../infra/local/imitation/server.ts";
import { World } from "../../../infra/local/imitation/world.ts";
import { ask, list, NOON, startAtNoon } from "./client.ts";

const COUNT = 20;

/** A server on which the first request of each path has the fault. */
function startWith(fault: Fault) {
  const world = new World({ seed: 1, startAt: NOON });
  for (let n = 0; n < COUNT; n += 1) world.add({ messageId: `m${n}`, sentAt: NOON - 5000 - n });
  return startAtNoon({ world, faults: ({ nOfPath }) => (nOfPath === 1 ? fault : undefined) });
}

/** How many reports are still there after the first request. */
async function leftAfter(fault: Fault) {
  await using infobip = await startWith(fault);
  const failed = await ask(infobip, "/sms/1/reports")
    .then((response) => response.text())
    .then(JSON.parse)
    .then(
      () => false,
      () => true,
    );
  return { failed, left: (await list(infobip, "/sms/1/reports")).length, lost: infobip.lost.length };
}

test.each<[Fault, number]>([
  [{ kind: "reset", at: "before" }, COUNT],
  [{ kind: "reset", at: "in" }, 0],
  [{ kind: "reset", at: "after" }, 0],
  [{ kind: "lost" }, 0],
  [{ kind: "truncated" }, 0],
  [{ kind: "html" }, 0],
  [{ kind: "hang", ms: 20 }, 0],
])("%o: the read fails, %i reports are left", async (fault, left) => {
  expect(await leftAfter(fault)).toEqual({ failed: true, left, lost: COUNT - left });
});

test.each([true, false])("a status fault, consumed: %s", async (consumed) => {
  await using infobip = await startWith({ kind: "status", status: 503, consumed, retryAfterSeconds: 7 });
  const response = await ask(infobip, "/sms/1/reports");
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "7"]);
  expect(await list(infobip, "/sms/1/reports")).toHaveLength(consumed ? 0 : COUNT);
  expect(infobip.lost).toHaveLength(consumed ? COUNT : 0);
});

test("a delay gives the right answer, late", async () => {
  await using infobip = await startWith({ kind: "delay", ms: 30 });
  const started = performance.now();
  expect(await list(infobip, "/sms/1/reports")).toHaveLength(COUNT);
  expect(performance.now() - started).toBeGreaterThan(25);
  expect(infobip.lost).toEqual([]);
});

test("a client that gives up during a delay loses the reports", async () => {
  await using infobip = await startWith({ kind: "delay", ms: 5000 });
  const signal = AbortSignal.timeout(50);
  await expect(
    fetch(`${infobip.url}/sms/1/reports`, { headers: { authorization: AUTHORIZATION }, signal }),
  ).rejects.toThrow();
  await expect.poll(() => infobip.lost.length).toBe(COUNT);
});

test("duplicates come twice in the page and once more in the next", async () => {
  await using infobip = await startWith({ kind: "duplicates" });
  const page = (await list(infobip, "/sms/1/reports")).map(({ messageId }) => messageId);
  const twice = page.slice(COUNT);
  expect(new Set(page).size).toBe(COUNT);
  expect(twice.length).toBeGreaterThan(0);
  const next = (await list(infobip, "/sms/1/reports")).map(({ messageId }) => messageId);
  expect(next).toEqual(twice);
  expect(await list(infobip, "/sms/1/reports")).toEqual([]);
});

describe.each(["/sms/1/reports", "/omni/1/logs"])("records of %s", (path) => {
  test("malformed ones stand beside all right ones", async () => {
    await using clean = await startWith({ kind: "delay", ms: 0 });
    await using infobip = await startWith({ kind: "malformed" });
    const right = await list(clean, path);
    const page: unknown[] = await list(infobip, path);
    expect(page.length).toBeGreaterThan(right.length + 10);
    expect(page).toEqual(expect.arrayContaining(right));
    expect(infobip.lost).toEqual([]);
  });

  test("damaged ones are not as they were, and are named as lost", async () => {
    await using clean = await startWith({ kind: "delay", ms: 0 });
    await using infobip = await startWith({ kind: "damaged" });
    const right = (await list(clean, path)).map((record) => JSON.stringify(record));
    const page = (await list(infobip, path)).map((record) => JSON.stringify(record));
    const damaged = page.filter((record) => !right.includes(record)).length;
    expect(page).toHaveLength(COUNT);
    expect(damaged).toBeGreaterThan(0);
    expect(infobip.lost).toHaveLength(path === "/sms/1/reports" ? damaged : 0);
  });
});

describe("seededFaults", () => {
  const requests = Array.from({ length: 2000 }, (_, n) => ({
    path: "/sms/1/reports",
    n: n + 1,
    nOfPath: n + 1,
  }));

  test("strikes the share asked for, with every kind", () => {
    const struck = requests.map(seededFaults(1, 0.3)).flatMap((fault) => fault ?? []);
    expect(struck.length / requests.length).toBeCloseTo(0.3, 1);
    expect(new Set(struck.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
  });

  test("depends on seed, path and nOfPath only", () => {
    const script = seededFaults(1, 0.5, ["lost", "html"]);
    const faults = requests.map(script);
    expect(requests.map((request) => script({ ...request, n: 1 }))).toEqual(faults);
    expect(requests.map(seededFaults(2, 0.5, ["lost", "html"]))).not.toEqual(faults);
    expect(requests.map((request) => script({ ...request, path: "/omni/1/logs" }))).not.toEqual(faults);
  });
});
