import { expect, test } from "vitest";
import { formatMoment } from "../../lib/message/moment.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";
import { loadHours } from "../../lib/statistics/cubes-for-jobs.ts";
import { hourOf } from "../../lib/statistics/periods.ts";
import { appendTo } from "../archive/appending.ts";
import { aRecord, PENDING } from "../message/records.ts";
import { MemoryArchive } from "./archive.ts";

const MINUTE_MS = 60_000;
const SENT_MS = Date.parse("2027-01-03T10:20:00Z");
const RETENTION_HOURS = 48;
const TURN_MS = 5 * MINUTE_MS;
const EXPIRED = { groupId: 4, groupName: "EXPIRED", id: 15, name: "EXPIRED_EXPIRED" };

test.each([0, 59])(
  "a message that expires after exactly the retention counts as expired; it was sent %i minutes later",
  async (minutes) => {
    const archive = new MemoryArchive(SENT_MS);
    const { db, clock, table } = archive;
    const sentMs = hourOf(SENT_MS) + minutes * MINUTE_MS;
    const endMs = sentMs + RETENTION_HOURS * 60 * MINUTE_MS;
    const pending = aRecord({ sentAt: formatMoment(sentMs), status: PENDING, from: "Shop" });
    const others = [5, 30, 58].map((n) =>
      aRecord({
        messageId: `other${n}`,
        sentAt: formatMoment(hourOf(SENT_MS) + n * MINUTE_MS),
        from: "Shop",
      }),
    );
    const ended = aRecord({ ...pending, status: EXPIRED, doneAt: formatMoment(endMs) });
    const live = async (untilMs: number) => {
      for (; archive.nowMs < untilMs; archive.nowMs += TURN_MS) {
        // Whatever has expired is deleted at once.
        table.expire(archive.nowMs, () => true);
        await countAndSettle({ db, clock, remainingMs: () => 300_000 });
      }
    };
    const append = (...records: Parameters<typeof appendTo>[2]) =>
      appendTo(db, { retentionHours: RETENTION_HOURS }, records, clock);
    await append(pending, ...others);
    await live(endMs + MINUTE_MS);
    await append(ended);
    await live(endMs + 24 * 60 * MINUTE_MS);
    const hourMs = hourOf(sentMs);
    const cells = [...((await loadHours(db, [hourMs], clock)).get(hourMs)?.cube().values() ?? [])];
    expect(cells.map(({ group, messages, sender }) => [group, messages, sender]).sort()).toEqual([
      ["DELIVERED", 3, "Shop"],
      ["EXPIRED", 1, "Shop"],
    ]);
  },
);
