import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { noContent, type Response } from "../lib/api/responses.ts";
import type { PushKind } from "../lib/infobip/sources.ts";
import { MERGE_MS } from "../lib/ingest/merge-log.ts";
import { openStores } from "../lib/ingest/stores.ts";
import { allowedAddresses } from "../lib/receive/addresses.ts";
import { mergeLeft, mergePushed } from "../lib/receive/merge-pushed.ts";
import { Places } from "../lib/receive/places.ts";
import type { PushRequest } from "../lib/receive/push.ts";
import { receive } from "../lib/receive/receive.ts";
import { tellMerged, tellPush, tellSilence } from "../lib/receive/tell.ts";
import { systemClock } from "../lib/runtime/clock.ts";
import { parseEnvironment, receiveEnvironment } from "../lib/runtime/config.ts";
import { within } from "../lib/runtime/deadline.ts";
import { type DatabaseShare, HASTY, openDatabase } from "../lib/runtime/dynamodb.ts";
import { type RunContext, scheduledHandler } from "../lib/runtime/lambda.ts";
import { once } from "../lib/runtime/once.ts";
import { openSecret, WITHDRAWN_AFTER_MS } from "../lib/runtime/secret.ts";
import { openTelemetry } from "../lib/runtime/telemetry.ts";

/** The input from the schedule: merge what is left. */
const mergeEvent = v.object({ job: v.literal("merge") });

/** The part of an API Gateway HTTP API event (payload format 2.0) that is used. Header names are in lower case. */
const httpEvent = v.object({
  rawPath: v.string(),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  body: v.optional(v.string(), ""),
  isBase64Encoded: v.optional(v.boolean(), false),
  requestContext: v.object({
    requestId: v.optional(v.string(), ""),
    http: v.object({ method: v.string(), sourceIp: v.optional(v.string(), "") }),
  }),
});

/** Lambda's context. A runtime that can continue after the answer also accepts work for that time, by name. */
export interface ReceiveContext extends RunContext {
  readonly afterwards?: (name: string, work: () => Promise<void>) => void;
}

/** On Lambda a process does one thing at a time. */
let standing: DatabaseShare = {};

/** Makes merging yield to answers, if one process does both. Call it before anything is received. */
export function standBack(behind: DatabaseShare): void {
  standing = behind;
}

/**
 * Merging that has not begun within this time is left to the next run, however much there is, because Infobip waits for
 * its answer …
 */
const MERGING_MS = 2_000;
/** … and merging that has begun may take this much longer, if the database is slow. */
const WAITING_MS = 2_000;
/** If the answer has been sent already, nobody is waiting. */
const MERGING_AFTERWARDS_MS = 6_000;

const services = once(() => {
  const environment = parseEnvironment(receiveEnvironment, process.env);
  const { PUSH_CREDENTIALS: value, PUSH_CREDENTIALS_SECRET: secretId } = environment;
  const isOpen = value !== undefined || secretId !== undefined;
  const pushers = openSecret(
    "PUSH_CREDENTIALS",
    { value: isOpen ? value : "", secretId },
    Date.now,
    WITHDRAWN_AFTER_MS,
  );
  const open = (its: DatabaseShare = {}) =>
    openStores(openDatabase(environment.TABLE_NAME, HASTY, its), environment, systemClock);
  const stores = open();
  const { log, states } = stores;
  const telemetry = openTelemetry(environment);
  const isAllowed = allowedAddresses(environment.PUSH_ADDRESSES);
  return {
    ...{ telemetry, clock: systemClock },
    receiving: { log, states, pushers, isAllowed, places: new Places(systemClock), clock: systemClock },
    merging: { ...(standing.turn ? open(standing) : stores), clock: systemClock },
  };
});

/**
 * Receives what Infobip pushes, and answers once it is stored; a fault is a 503. It is merged after the answer or, if
 * nothing can run then, before it, within a short time. Called by the schedule, it merges what is left.
 */
export async function handler(event: unknown, context: ReceiveContext): Promise<Response> {
  if (v.is(mergeEvent, event)) {
    await mergeJob(event, context);
    return noContent({});
  }
  const { telemetry, receiving } = services();
  const startedAtMs = Date.now();
  const request = readEvent(event);
  const received = await receive(request, receiving);
  tellPush(telemetry, request, received, Date.now() - startedAtMs);
  if (!received.isLanded || !received.kind) return received.response;
  const merging = (ms: number) => mergeNow(received.kind as PushKind, request.id, ms);
  if (context.afterwards) context.afterwards(received.kind, () => merging(MERGING_AFTERWARDS_MS));
  else await within(MERGING_MS + WAITING_MS, () => merging(MERGING_MS)).catch(() => {});
  return received.response;
}

/**
 * Merges what was stored. If this fails the push is stored all the same, and the next run merges it: the failure is
 * logged, and the push is not refused.
 */
async function mergeNow(kind: PushKind, requestId: string, forMs: number): Promise<void> {
  const { telemetry, merging } = services();
  const endMs = Date.now() + forMs;
  try {
    const remainingMs = () => endMs - Date.now() + MERGE_MS;
    tellMerged(telemetry, await mergePushed(kind, { ...merging, remainingMs }));
  } catch (error) {
    telemetry.fault("merge of pushes", error, { requestId, kind });
  }
}

const mergeJob = scheduledHandler("merge of pushes", services, async ({ telemetry, merging }, _, context) => {
  const left = await mergeLeft({ ...merging, remainingMs: () => context.getRemainingTimeInMillis() });
  tellMerged(telemetry, left.pages);
  tellSilence(telemetry, left);
});

function readEvent(event: unknown): PushRequest {
  const { rawPath: path, headers, requestContext, body, isBase64Encoded } = v.parse(httpEvent, event);
  const { method, sourceIp } = requestContext.http;
  const id = requestContext.requestId || randomUUID();
  return {
    id,
    method,
    path,
    headers,
    sourceIp,
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}
