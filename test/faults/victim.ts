import { setClock } from "./clock.ts";
import { openCollector, runAll } from "./handlers.ts";

/** A process that collects, over and over, until it is killed. */
const clock = setClock(Number(process.env.CLOCK_AHEAD_MS));
const collector = await openCollector("victim");
process.send?.("ready");
process.once("disconnect", () => process.exit());
for (;;) await runAll(collector, clock.now);
