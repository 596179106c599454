import { type Infobip, startInfobip } from "../../test/infobip/server.ts";
import { World } from "../../test/infobip/world.ts";

/** The imitation of Infobip that `npm start` shows: it has been busy for ten minutes when it starts. */
export function startDemoInfobip(): Promise<Infobip> {
  const startAt = Date.now() - 600_000;
  return startInfobip({ world: new World({ seed: 1, startAt, messagesPerSecond: 2 }), now: Date.now });
}
