import type { ReportEndpoint } from "../../infra/local/imitation/message.ts";
import type { Report, ReportQuery } from "../../infra/local/imitation/reports.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { sendTwoDays } from "../simulation/two-days.ts";
import type { Schedule } from "./schedule.ts";

/** No message is so old that the logs forget it before the schedule is over. */
const REACH_MS = 40 * 3_600_000;

/** An account that remembers which reports it handed out since it was last asked. */
export class Account extends World {
  #given = new Map<ReportEndpoint, Report[]>();

  override takeReports(endpoint: ReportEndpoint, query: ReportQuery, now: number): Report[] {
    const taken = super.takeReports(endpoint, query, now);
    this.#given.set(endpoint, [...(this.#given.get(endpoint) ?? []), ...taken]);
    return taken;
  }

  /** The reports handed out since the last call, by endpoint. */
  given(): ReadonlyMap<ReportEndpoint, readonly Report[]> {
    const given = this.#given;
    this.#given = new Map();
    return given;
  }
}

/** The account of a schedule that begins now. */
export function openAccount({ seed, messages, isBurst }: Schedule, nowMs: number): Account {
  const world = new Account({ seed, startAt: nowMs, messagesPerSecond: messages / 6_000 });
  sendTwoDays(world, { seed, messages, isBurst, startMs: nowMs, reachMs: REACH_MS, mostLate: 60 });
  return world;
}
