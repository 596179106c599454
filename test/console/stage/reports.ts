import { FAILURES, NETWORKS, SENDERS, TEXTS } from "../../../infra/local/imitation/catalogue.ts";
import { formatMoment } from "../../../lib/message/moment.ts";
import { type Arrival, randomFrom, traffic } from "../../bench/traffic.ts";

const HOUR_MS = 3_600_000;
/** In these hours before the end the second busiest network delivers little, so that there is something to be found. */
const OUTAGE = { network: NETWORKS[1], fromHours: 5, untilHours: 3.5, failed: 0.55 };
const FAILURE_SHARE = 0.04;
const PENDING_SHARE = 0.01;
const MORE_TEXTS = [
  "Your parcel is on its way and arrives today between 14:00 and 16:00.",
  "Your table for two is confirmed for tonight at 19:30.",
  "Reminder: your appointment is tomorrow at 09:15.",
  ...TEXTS.slice(0, 2),
];

/** What a busy account has reported: `reports` messages of the last `hours`, with senders, networks and errors as they are met with. */
export function stageReports(reports: number, hours: number, untilMs: number): Arrival[] {
  const random = randomFrom(7);
  return traffic({ reports, hours, untilMs }).map((arrival) => {
    const { report } = arrival;
    const isMobile = "mccmnc" in report;
    const mccmnc = isMobile ? pick(NETWORKS.slice(0, 14), random) : undefined;
    const sentAtMs = Date.parse(String(report.sentAt).replace("+0100", "+01:00"));
    const isOut = mccmnc === OUTAGE.network && isWithin(untilMs - sentAtMs) && random() < OUTAGE.failed;
    return {
      ...arrival,
      report: {
        ...report,
        ...(report.channel === "EMAIL" ? { to: `${report.to}@example.com` } : {}),
        ...(mccmnc === undefined ? {} : { mccmnc }),
        from: pick(SENDERS.slice(0, 12), random),
        text: pick(MORE_TEXTS, random),
        price: { pricePerMessage: PRICES[String(report.channel)] ?? 0.008, currency: "EUR" },
        ...outcomeOf(isOut, sentAtMs, untilMs, random),
      },
    };
  });
}

const PRICES: Readonly<Record<string, number>> = { SMS: 0.052, EMAIL: 0.0006, PUSH: 0.0001, VOICE: 0.09 };

const isWithin = (agoMs: number) => agoMs < OUTAGE.fromHours * HOUR_MS && agoMs > OUTAGE.untilHours * HOUR_MS;

function outcomeOf(isOut: boolean, sentAtMs: number, untilMs: number, random: () => number): object {
  const failure = isOut || random() < FAILURE_SHARE ? pick(FAILURES.slice(0, 4), random) : undefined;
  if (failure) return { status: failure.status, error: pick(failure.errors, random) };
  const isYoung = untilMs - sentAtMs < HOUR_MS;
  if (isYoung && random() < PENDING_SHARE)
    return { status: { groupId: 1, groupName: "PENDING", id: 7, name: "PENDING_ENROUTE" } };
  return {
    status: { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET" },
    doneAt: formatMoment(sentAtMs + Math.ceil(900 - Math.log(1 - random()) * 3_200)),
  };
}

/** The first is likelier than the last. */
function pick<T>(of: readonly T[], random: () => number): T {
  return of[Math.floor(random() ** 1.7 * of.length)] as T;
}
