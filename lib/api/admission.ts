import { ConfigurationError } from "../runtime/errors.ts";
import { isOver } from "./clients.ts";
import { type Claim, isInPairs, isSecret, parseAuthorization } from "./credentials.ts";
import type { ErrorStyle } from "./errors.ts";
import { type Format, mediaTypesOf, negotiateFormat } from "./formats.ts";
import { isChangeFromOwnPage, isFromOwnPage, isSentByOtherSite, sessionToken } from "./own-page.ts";
import type { Allowance } from "./rate.ts";
import { forbidden, notAcceptable, refusalOf, tooManyRequests, unauthorized } from "./refusals.ts";
import type { HttpRequest } from "./requests.ts";
import { type Reply, refused, unread, withHeaders } from "./responses.ts";
import { type Client, clientOfPair, rateOf } from "./rights.ts";
import type { AdmissionServices, SignInServices } from "./services.ts";
import type { Credential } from "./sessions.ts";

/**
 * Who was admitted, and the format of their answer. Only `admit` makes one, and the handler of a client route requires
 * one.
 */
export interface Admission {
  readonly client: Client;
  readonly format: Format;
}

/** Whom a route admits. */
export interface Door {
  readonly method: string;
  readonly formats: readonly Format[];
  /** Can it be called with the cookie of a session? By default only if it is a GET. */
  readonly bySession?: boolean;
  /** If the request itself says who is asking, instead of a header. Throws a Refusal. */
  readonly claim?: (request: HttpRequest) => Claim | Promise<Claim>;
}

/**
 * Admits a request or refuses it: checks who is asking, whether their rate allows it, and which format they want, in
 * this order. What `handle` throws is answered like our own refusals, including the client's rate, which every answer
 * to a client shows.
 */
export async function admit(
  request: HttpRequest,
  door: Door,
  style: ErrorStyle,
  services: AdmissionServices,
  handle: (admission: Admission) => Promise<Reply>,
): Promise<Reply> {
  const client = await whoAsks(request, door, services);
  const rate = rateOf(client, services.rate);
  const allowance = await services.rateLimiter.take(client.id, rate, services.now());
  const reply = await attempt(style, async () => {
    if (allowance.waitMs !== undefined) throw tooManyRequests(allowance.waitMs);
    const format = negotiateFormat(request.headers.accept, door.formats);
    if (!format) throw notAcceptable(mediaTypesOf(door.formats));
    return handle({ client, format });
  });
  const response = withHeaders(reply.response, rateHeaders(allowance));
  return { ...reply, response, client: client.name };
}

/** The reply of `work` or, if it throws, the reply for the error. */
export async function attempt(style: ErrorStyle, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    const refusal = refusalOf(error);
    return { ...unread(await refused(refusal, style)), cause: refusal.cause };
  }
}

/** Finds out who is asking: from the request itself, the Authorization header or, without one, a session. */
async function whoAsks(request: HttpRequest, door: Door, services: SignInServices): Promise<Client> {
  const { headers, sourceIp } = request;
  if (door.claim) return (await verify(await door.claim(request), request, services)).client;
  const isRead = door.method === "GET";
  const isBySession = door.bySession ?? isRead;
  // This applies whoever asks and to everything that changes or takes something, including those GETs that take
  // reports, for which sessions are not accepted.
  if (!(isRead && isBySession) && isSentByOtherSite(headers))
    throw forbidden("Another site's page may not do this");
  const token = headers.authorization === undefined ? sessionToken(headers) : undefined;
  if (token === undefined) return signIn(request, services);
  if (!isBySession) throw forbidden("A session of the console may not do this");
  const isOwn = isRead ? isFromOwnPage(headers) : isChangeFromOwnPage(headers);
  if (!isOwn) throw forbidden("Only the console itself may ask with its session");
  const { clientOfSession, nameOfSession } = await import("./session-sign-in.ts");
  const client = await limited(nameOfSession(token), sourceIp, services, () =>
    clientOfSession(token, services),
  );
  if (!client) throw unauthorized(headers);
  return client;
}

/**
 * Finds out who is asking from the Authorization header. Throws a Refusal if it is invalid, or if this address or id
 * has failed too often.
 */
export async function signIn(
  request: Pick<HttpRequest, "headers" | "sourceIp">,
  services: SignInServices,
): Promise<Client> {
  const claim = parseAuthorization(request.headers.authorization);
  if (!claim) throw unauthorized(request.headers);
  return (await verify(claim, request, services)).client;
}

/** A client, and the credential that it was admitted with. */
export interface Verified {
  readonly client: Client;
  readonly credential: Credential;
}

/**
 * Finds the client of a claim, if the claim is true. Throws a Refusal if it is not, or if this address or id has failed
 * too often.
 */
export async function verify(
  claim: Claim,
  { headers, sourceIp }: Pick<HttpRequest, "headers" | "sourceIp">,
  services: SignInServices,
): Promise<Verified> {
  const pairs = claim.scheme === "basic" ? await services.credentials(false) : "";
  const believed = await limited(claim.id, sourceIp, services, async () =>
    isInPairs(claim, pairs)
      ? { client: clientOfPair(claim.id, services.admins), credential: pairOf(claim) }
      : await storedClientOf(claim, services),
  );
  if (believed) return believed;
  const isUnset = claim.scheme === "basic" && pairs === "";
  throw unauthorized(headers, isUnset ? new ConfigurationError("QUERY_CREDENTIALS has no value") : undefined);
}

/** Finds something by name, unless recent searches from this address, or for this name, have failed too often. */
async function limited<T>(
  name: string,
  sourceIp: string,
  { failedSignIns, now }: SignInServices,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const waitMs = failedSignIns.waitMs(sourceIp, name, now());
  if (waitMs > 0) throw tooManyRequests(waitMs);
  const found = await find();
  if (found === undefined) failedSignIns.failed(sourceIp, name, now());
  else failedSignIns.succeeded(sourceIp, name, now());
  return found;
}

function pairOf({ id, secret }: Claim): Credential {
  return { by: "pair", text: `${id}:${secret}` };
}

async function storedClientOf(
  { id, secret }: Claim,
  { clients, now }: SignInServices,
): Promise<Verified | undefined> {
  const client = await clients.find(id);
  if (!client || isOver(client, now())) return undefined;
  const { previous } = client;
  // Both are always compared, so that timing reveals nothing.
  const isPrevious = previous !== undefined && isSecret(secret, previous) && previous.untilMs > now();
  const used = isSecret(secret, client) ? client : isPrevious ? previous : undefined;
  return used && { client, credential: { by: "stored", text: `${used.salt} ${used.hash}` } };
}

/**
 * The rate as headers: how many requests may be sent at once, how many of them are left, and the seconds until all are
 * available again.
 */
function rateHeaders({ limit, remaining, resetMs }: Allowance): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(resetMs / 1000)),
  };
}
