import { USUAL_PRICES } from "./imitation/catalogue.ts";
import { type Infobip, startInfobip } from "./imitation/server.ts";
import { World } from "./imitation/world.ts";

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
/** The outage begins before the start, so that two checks five minutes apart are made within the first ten minutes. */
const DOWN_BEFORE_MINUTES = 11;
const DOWN_MINUTES = 20;

/**
 * The imitation of Infobip for `npm start`: it starts with ten minutes of traffic, and the busiest SMS network is down
 * for twenty minutes of each hour, so that there is an alert to be seen.
 */
export function startDemoInfobip(): Promise<Infobip> {
  const nowMs = Date.now();
  const fromMinute = Math.floor(nowMs / MINUTE_MS - DOWN_BEFORE_MINUTES) % HOUR_MINUTES;
  const outage = { channel: "SMS", mccmnc: "22801", fromMinute, minutes: DOWN_MINUTES };
  const startAt = nowMs - 10 * MINUTE_MS;
  const traffic = { messagesPerSecond: 2, outage, prices: USUAL_PRICES };
  const world = new World({ seed: 1, startAt, ...traffic, isForgetful: true });
  return startInfobip({ world, now: Date.now, requestsKept: 100 });
}
