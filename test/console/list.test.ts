import { afterEach, describe, expect, it, vi } from "vitest";
import { goOn, list, looked, more, rows, standing, stop } from "../../lib/console/views/messages/list.ts";
import { formatMoment } from "../../lib/message/moment.ts";

const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
/** One in so many has the error that is looked for. */
const ONE_IN = 100;

/** An archive of so many messages, one a second; `before` is called with the number of each request. */
function answering(messages: number, before: (request: number) => void = () => {}): void {
  let requests = 0;
  vi.stubGlobal("fetch", async (target: string) => {
    before(++requests);
    const query = new URLSearchParams(target.split("?")[1]);
    const [from, size] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
    const results = Array.from({ length: Math.min(size, messages - from) }, (_, n) => ({
      messageId: `m${from + n}`,
      channel: "SMS",
      sentAt: formatMoment(NOW_MS - (from + n) * 1_000),
      status: { groupName: "UNDELIVERABLE" },
      error: { name: (from + n) % ONE_IN === 0 ? "EC_WANTED" : "EC_OTHER" },
    }));
    const next = from + size < messages ? { nextCursor: String(from + size) } : {};
    return Response.json({ results, cursor: next });
  });
}

describe("a search for what the archive has no filter for", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("goes on by itself until a page is full, and says how far it has looked", async () => {
    const told: unknown[] = [];
    answering(25_000, () => told.push(looked.value?.messages));
    await list("error:EC_WANTED", true);
    expect([rows.value.length, standing.value]).toEqual([100, "waiting"]);
    expect(told.slice(0, 5)).toEqual([undefined, 1_000, 2_000, 3_000, 4_000]);
    expect(looked.value?.messages).toBe(10_000);
    await more();
    expect(rows.value.length).toBe(200);
    expect(new Set(rows.value.map(({ messageId }) => messageId)).size).toBe(200);
  });

  it("ends with all of them, and with how many were looked through", async () => {
    answering(4_000);
    await list("error:EC_WANTED", true);
    expect([rows.value.length, standing.value, looked.value?.messages]).toEqual([40, "over", 4_000]);
    expect(looked.value?.backToMs).toBe(NOW_MS - 3_999_000);
  });

  it("stops when it is told to, and goes on from there", async () => {
    answering(5_000, (request) => request === 3 && stop());
    await list("error:EC_WANTED", true);
    expect(standing.value).toBe("stopped");
    expect(rows.value.length).toBeLessThan(50);
    await more();
    expect([rows.value.length, standing.value]).toEqual([50, "over"]);
  });

  it("keeps what it has found when something goes wrong, and goes on where that was", async () => {
    answering(5_000, (request) => {
      if (request === 4) throw new TypeError("no network");
    });
    await list("error:EC_WANTED", true);
    expect([rows.value.length > 0, standing.value]).toEqual([true, "failed"]);
    await goOn();
    expect([rows.value.length, standing.value]).toEqual([50, "over"]);
  });
});
