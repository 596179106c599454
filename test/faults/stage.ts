import { makeTable, startEmbeddedDatabase } from "../../infra/local/database.ts";
import { hash, Random } from "../../infra/local/imitation/random.ts";
import { startInfobip } from "../../infra/local/imitation/server.ts";
import { SOURCE_NAMES } from "../../lib/infobip/sources.ts";
import { Quarantine } from "../../lib/ingest/quarantine.ts";
import { SourceStates } from "../../lib/ingest/source-state.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { openAccount } from "./account.ts";
import { setClock } from "./clock.ts";
import { differences, idOf } from "./compare.ts";
import { startFaultyDatabase } from "./database.ts";
import { environmentOf } from "./handlers.ts";
import { infobipFaults, type Schedule } from "./schedule.ts";
import { walk } from "./served.ts";

const TABLE = "faults";

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Everything that a schedule plays on: an Infobip, a DynamoDB, what stands before it, and a clock. */
export async function openStage(schedule: Schedule) {
  const { seed, databaseEvery, databaseFaults } = schedule;
  const clock = setClock();
  const account = openAccount(schedule, clock.now());
  const state = { isQuiet: true, infobipNow: clock.now(), faults: [] as string[], lost: new Set<string>() };
  const random = new Random(hash(seed, "database"));
  const script = infobipFaults(schedule);

  const infobip = await startInfobip({
    world: account,
    // Stands still during a round, so that what is true at its end does not depend on how fast this machine is.
    now: () => state.infobipNow,
    faults: (request) => note(request.path, state.isQuiet ? undefined : script(request)),
  });
  const dynalite = await startEmbeddedDatabase();
  const database = await startFaultyDatabase(dynalite.endpoint, (n) => {
    if (databaseEvery === 0 || state.isQuiet || n % databaseEvery > 0) return undefined;
    return note(`database call ${n}`, random.pick(databaseFaults));
  });
  const endpoint = databaseEvery > 0 ? database.endpoint : dynalite.endpoint;
  const environment = environmentOf(TABLE, infobip.url, endpoint);
  Object.assign(process.env, { ...environment, AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint });
  await makeTable(TABLE);
  const db = openDatabase(TABLE);
  const [states, quarantine] = [new SourceStates(db), new Quarantine(db, 96)];
  // Bound to the sound database by its first call; the handlers are to have the faulty one.
  await states.load("sms");
  Object.assign(process.env, environment);

  function note<Fault>(what: string, fault: Fault | undefined): Fault | undefined {
    if (fault) state.faults.push(`${what}: ${JSON.stringify(fault)}`);
    return fault;
  }

  return {
    clock,
    environment,
    faults: state.faults as readonly string[],
    /** Faults begin only when this is told to. */
    setQuiet: (isQuiet: boolean) => {
      state.isQuiet = isQuiet;
    },

    /** Time passes; what was under way is over. */
    async leap(ms: number): Promise<void> {
      await this.noteUnlanded();
      clock.leap(ms);
      state.infobipNow = clock.now();
    },

    /** A pull that is still open died between the answer and the landing, perhaps: what was given then may be lost. */
    async noteUnlanded(): Promise<void> {
      const given = account.given();
      for (const source of SOURCE_NAMES) {
        const { open } = await states.load(source);
        if (open.length === 0) continue;
        for (const { message } of given.get(source) ?? []) state.lost.add(idOf(message));
      }
    },

    /** Compares what is served with the truth. */
    async judge() {
      for (const { message } of infobip.lost) state.lost.add(idOf(message));
      const truth = account.truth(state.infobipNow);
      const problems = differences(await walk(`seed${seed}`), truth, state.lost);
      const quarantined = (await Array.fromAsync(quarantine.list())).length;
      return { problems, messages: truth.length, lost: state.lost.size, quarantined };
    },

    async [Symbol.asyncDispose](): Promise<void> {
      db.client.destroy();
      await infobip.close();
      await database.close();
      await dynalite.close();
    },
  };
}
