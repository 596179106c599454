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

/** Who was let in, and the form of their answer. `admit` makes it; the handler of a client route is called with one only. */
export interface Admission {
  readonly client: Client;
  readonly format: Format;
}

/** What a route says of whom it lets in. */
export interface Door {
  readonly method: string;
  readonly formats: readonly Format[];
  /** May it be asked with a session's cookie? Where nothing is said: if it is a GET. */
  readonly bySession?: boolean;
  /** Where the request itself says who asks, instead of a header. Throws a Refusal. */
  readonly claim?: (request: HttpRequest) => Claim | Promise<Claim>;
}

/**
 * Lets a request in, or refuses it: who it is, whether its rate allows it, and in which of the formats it wants its answer, in
 * this order. What `handle` throws is told like our own refusals, with the client's rate, which every answer to a client shows.
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

/** What the work replies; or, when it throws, the reply that says so. */
export async function attempt(style: ErrorStyle, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    const refusal = refusalOf(error);
    return { ...unread(await refused(refusal, style)), cause: refusal.cause };
  }
}

/** Who it is: by what the request itself claims, by the Authorization header, or, where there is none, by a session. */
async function whoAsks(request: HttpRequest, door: Door, services: SignInServices): Promise<Client> {
  const { headers, sourceIp } = request;
  if (door.claim) return (await believe(await door.claim(request), request, services)).client;
  const isRead = door.method === "GET";
  const isBySession = door.bySession ?? isRead;
  // Whatever changes or takes something, whoever may: a GET that no session may is one that takes reports.
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

/** Who it is by the Authorization header. Throws a Refusal when it is nobody, or this address or id has failed too often. */
export async function signIn(
  request: Pick<HttpRequest, "headers" | "sourceIp">,
  services: SignInServices,
): Promise<Client> {
  const claim = parseAuthorization(request.headers.authorization);
  if (!claim) throw unauthorized(request.headers);
  return (await believe(claim, request, services)).client;
}

/** A client, and what has let it in. */
export interface Believed {
  readonly client: Client;
  readonly credential: Credential;
}

/** Whose claim it is, if it is true. Throws a Refusal when it is not, or when this address or id has failed too often. */
export async function believe(
  claim: Claim,
  { headers, sourceIp }: Pick<HttpRequest, "headers" | "sourceIp">,
  services: SignInServices,
): Promise<Believed> {
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

/** What is found under a name, unless it was looked for in vain from this address, or at all, too often of late. */
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
): Promise<Believed | undefined> {
  const client = await clients.find(id);
  if (!client || isOver(client, now())) return undefined;
  const { previous } = client;
  // Both are compared: how long it takes tells nothing.
  const isPrevious = previous !== undefined && isSecret(secret, previous) && previous.untilMs > now();
  const used = isSecret(secret, client) ? client : isPrevious ? previous : undefined;
  return used && { client, credential: { by: "stored", text: `${used.salt} ${used.hash}` } };
}

/** The rate as headers: how many requests may come at once, how many of them now, and the seconds until all may again. */
function rateHeaders({ limit, remaining, resetMs }: Allowance): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(resetMs / 1000)),
  };
}
