import { BatchGetCommand, BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Random } from "../../infra/local/imitation/random.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { execute, told } from "./dynamodb/commands.ts";
import { serviceError } from "./dynamodb/errors.ts";
import type { Table } from "./dynamodb/table.ts";
import type { DatabaseFault, Faults } from "./faults.ts";
import type { Process } from "./process.ts";

/** As openDatabase configures the SDK. */
const MOST_ATTEMPTS = 8;
const REQUEST_TIMEOUT_MS = 5_000;
const RETRY_BASE_MS = 100;
const THROTTLED_BASE_MS = 500;
const MOST_BACKOFF_MS = 20_000;
const TABLE = "simulated";

export interface Model {
  readonly table: Table;
  readonly faults: Faults;
  /** How far reads that are not consistent may lag behind, at most. */
  readonly mostLagMs: number;
}

/** The database as one process sees it: the SDK's retries, time-outs and all, in virtual time. */
export function databaseOf(process: Process, model: Model): Database {
  const client = { send: (command: unknown) => send(command, process, model), destroy: () => undefined };
  return { client: client as unknown as DynamoDBDocumentClient, table: TABLE };
}

/** The database as nobody sees it: at once, without a fault and without a lag. */
export function directDatabase(table: Table, nowMs: () => number): Database {
  const send = async (command: unknown) =>
    execute(command, table, { nowMs: nowMs(), lagMs: 0, shuffle: (list) => [...list] });
  const client = { send, destroy: () => undefined };
  return { client: client as unknown as DynamoDBDocumentClient, table: TABLE };
}

async function send(command: unknown, process: Process, model: Model): Promise<object> {
  let forGood: DatabaseFault | undefined;
  for (let n = 1; ; n++) {
    const call = process.next("database");
    const fault = forGood ?? model.faults.database(process.name, call);
    try {
      return await attempt(command, call, fault, process, model);
    } catch (error) {
      if (!isRetryable(error) || n >= MOST_ATTEMPTS) throw error;
      if (fault === "lostForGood" || fault === "failsForGood") forGood = "failsForGood";
      const base = isThrottling(error) ? THROTTLED_BASE_MS : RETRY_BASE_MS;
      await process.wait(process.clock.random() * Math.min(MOST_BACKOFF_MS, base * 2 ** (n - 1)));
    }
  }
}

/** One attempt: it arrives after a while, has its effect then or not, and is answered after another while, or not. */
function attempt(
  command: unknown,
  call: number,
  fault: DatabaseFault | undefined,
  process: Process,
  model: Model,
): Promise<object> {
  const chance = process.draw("latency");
  const arrivesMs = fault === "overtaken" ? chance.int(5_001, 60_000) : latency(chance);
  const backMs = fault === "slow" ? chance.int(500, 4_500) : latency(chance);
  return new Promise((resolve, reject) => {
    const fails = (error: Error) => process.later(backMs, () => reject(error));
    if (fault === "overtaken") process.later(REQUEST_TIMEOUT_MS, () => reject(timedOut()));
    process.loop.at(
      process.loop.nowMs + arrivesMs,
      () => {
        const outcome = arrive(command, fault, chance, process, model);
        const words = outcome instanceof Error ? outcome.name : "ok";
        process.loop.note(`${process.name} #${call} ${told(command)}: ${words}${fault ? ` (${fault})` : ""}`);
        if (fault === "overtaken") return;
        if (fault === "droppedAfter" || fault === "lostForGood") fails(reset());
        else if (outcome instanceof Error) fails(outcome);
        else process.later(backMs, () => resolve(outcome));
      },
      chance.next(),
      "nothing",
    );
  });
}

function arrive(
  command: unknown,
  fault: DatabaseFault | undefined,
  chance: Random,
  process: Process,
  { table, mostLagMs, faults }: Model,
): object | Error {
  if (faults.isOut("database", process.loop.nowMs)) return reset();
  if (fault === "throttled") return throttled();
  if (fault === "serverError") return serviceError("InternalServerError", "InternalServerError", 500);
  if (fault === "droppedBefore" || fault === "failsForGood") return reset();
  const nowMs = process.loop.nowMs;
  const lagMs = chance.chance(0.5) ? 0 : chance.next() * mostLagMs;
  const shuffle = <T>(list: readonly T[]) => shuffled(list, chance);
  const reading = { nowMs, lagMs, shuffle };
  table.by = process.name;
  try {
    if (fault === "unprocessed") return leaveUndone(command, table, reading, chance);
    return execute(command, table, reading);
  } catch (error) {
    if (error instanceof Error && "$metadata" in error) return error;
    // The model, or the marshalling, does not know it: no answer of a database's.
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Some of a batch is carried out, perhaps none; other commands have no such answer. */
function leaveUndone(
  command: unknown,
  table: Table,
  reading: Parameters<typeof execute>[2],
  chance: Random,
): object | Error {
  if (command instanceof BatchGetCommand) {
    const [[name, request] = ["", undefined]] = Object.entries(command.input.RequestItems ?? {});
    if (!request?.Keys) return throttled();
    const [left, done] = divided(request.Keys, chance);
    const rest = { [name]: { ...request, Keys: left } };
    if (done.length === 0) return { Responses: { [name]: [] }, UnprocessedKeys: rest };
    const answer = execute(
      new BatchGetCommand({ ...command.input, RequestItems: { [name]: { ...request, Keys: done } } }),
      table,
      reading,
    );
    return { ...answer, UnprocessedKeys: left.length > 0 ? rest : {} };
  }
  if (command instanceof BatchWriteCommand) {
    const [[name, requests] = ["", undefined]] = Object.entries(command.input.RequestItems ?? {});
    if (!requests) return throttled();
    const [left, done] = divided(requests, chance);
    if (done.length === 0) return { UnprocessedItems: { [name]: left } };
    const answer = execute(
      new BatchWriteCommand({ ...command.input, RequestItems: { [name]: done } }),
      table,
      reading,
    );
    return { ...answer, UnprocessedItems: left.length > 0 ? { [name]: left } : {} };
  }
  return throttled();
}

function divided<T>(list: readonly T[], chance: Random): [T[], T[]] {
  const share = chance.pick([0.3, 1]);
  const isLeft = list.map(() => chance.chance(share));
  return [list.filter((_, n) => isLeft[n]), list.filter((_, n) => !isLeft[n])];
}

function shuffled<T>(list: readonly T[], chance: Random): T[] {
  const result = [...list];
  for (let n = result.length - 1; n > 0; n--) {
    const other = chance.int(0, n);
    [result[n], result[other]] = [result[other] as T, result[n] as T];
  }
  return result;
}

function latency(chance: Random): number {
  return chance.magnitude(1, 40);
}

function throttled(): Error {
  return serviceError("ProvisionedThroughputExceededException");
}

function reset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

function timedOut(): Error {
  return Object.assign(new Error("the request timed out"), { name: "TimeoutError" });
}

function isThrottling(error: unknown): boolean {
  return error instanceof Error && error.name === "ProvisionedThroughputExceededException";
}

function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    isThrottling(error) ||
    error.name === "InternalServerError" ||
    error.name === "TimeoutError" ||
    "code" in error
  );
}
