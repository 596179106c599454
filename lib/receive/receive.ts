import {
  bodyTooLarge,
  forbidden,
  methodNotAllowed,
  notFound,
  Refusal,
  unauthorized,
  unavailable,
} from "../api/refusals.ts";
import { ok, type Response, refused } from "../api/responses.ts";
import { isEmptyPage } from "../infobip/page.ts";
import { type PushKind, pushedSource } from "../infobip/sources.ts";
import { newId } from "../ingest/repairs.ts";
import type { SourceStates } from "../ingest/source-state.ts";
import type { PageLog } from "../log/page-log.ts";
import type { Clock } from "../runtime/clock.ts";
import { within } from "../runtime/deadline.ts";
import { ConfigurationError } from "../runtime/errors.ts";
import type { Secret } from "../runtime/secret.ts";
import type { IsAllowed } from "./addresses.ts";
import { landedBody } from "./body.ts";
import type { Places } from "./places.ts";
import { addressOf, isOfQueries, type PushRequest } from "./push.ts";
import { isAdmitted, parsePushers } from "./pushers.ts";

export interface ReceiveServices {
  readonly log: PageLog;
  readonly states: SourceStates;
  /** Who may push: see `parsePushers`. */
  readonly pushers: Secret;
  readonly isAllowed: IsAllowed;
  readonly clock: Clock;
  readonly places: Places;
}

/** What became of a push. */
export interface Received {
  readonly response: Response;
  readonly kind?: PushKind | undefined;
  /** Has it landed? Then its kind is to be merged. */
  readonly isLanded: boolean;
  /** What went wrong on our side, if anything did. */
  readonly cause?: unknown;
}

/**
 * A body of 2,000 reports, the most that Infobip sends at once, has 1 MB. As much as API Gateway lets through, and as `npm start` takes:
 * Infobip would repeat what is refused for its size, and lose it in the end. Deployed, less comes here: an invocation of Lambda takes
 * 6 MB, the body in it, which is 4.5 MB of one in base64.
 */
const MOST_BODY_BYTES = 10_000_000;
/** Infobip waits for a second at the least, and its retry is nothing bad: a database that is slow is waited for. */
const LANDING_MS = 8_000;
const STYLE = { format: "json", shape: "ApiException" } as const;

/**
 * Receives a push: refuses whom it does not know, lands the body as it came (but see `landedBody`), and says 200 only when it has
 * landed. Whatever is our own fault is a 503, which Infobip answers by pushing again, for 41 hours. Never throws.
 */
export async function receive(request: PushRequest, services: ReceiveServices): Promise<Received> {
  const address = addressOf(request.path);
  try {
    if (!address) throw isOfQueries(request.path) ? methodNotAllowed("GET, HEAD, OPTIONS") : notFound();
    if (request.method !== "POST") throw methodNotAllowed("POST");
    if (request.body.length > MOST_BODY_BYTES) throw bodyTooLarge();
    if (!services.isAllowed(request.sourceIp)) throw forbidden("Requests from this address are not taken");
    await admit(request, address.pathSecret, services);
    const isLanded = !isEmptyPage(request.body);
    const body = landedBody(request);
    if (isLanded) await within(LANDING_MS, () => land(address.kind, body, services), services.clock);
    return { response: ok("json", '{"status":"OK"}'), kind: address.kind, isLanded };
  } catch (error) {
    const refusal = error instanceof Refusal ? error : unavailable(error);
    const response = await refused(refusal, STYLE);
    return { response, kind: address?.kind, isLanded: false, cause: refusal.cause };
  }
}

/** Throws a Refusal for somebody who may not push, and for everybody while there is nobody who may. */
async function admit(request: PushRequest, pathSecret: string, { pushers }: ReceiveServices): Promise<void> {
  const known = parsePushers(await pushers(false));
  if (isAdmitted({ ...request, pathSecret }, known)) return;
  throw unauthorized(
    {},
    known.length > 0 ? undefined : new ConfigurationError("PUSH_CREDENTIALS has no value"),
  );
}

/** A page waits so long for its turn to land: what is begun has time to end, so that who is refused has not landed as a rule. */
const WAITING_MS = LANDING_MS - 3_000;

/** Appends the body to its kind's log. */
async function land(kind: PushKind, body: Uint8Array, { log, states, places, clock }: ReceiveServices) {
  const source = pushedSource(kind);
  const page = { id: newId(clock), atMs: clock.now(), way: "push" } as const;
  await places.next(source, {
    untilMs: page.atMs + WAITING_MS,
    bytes: body.length,
    find: async () => (await states.load(source)).merged,
    land: async (after) => (await log.append(source, page, body, after)).place,
  });
}
