import * as v from "valibot";
import { type Admission, verify } from "./admission.ts";
import { type Claim, parseAuthorization } from "./credentials.ts";
import { isChangeFromOwnPage, isJson, sessionCookie, sessionToken } from "./own-page.ts";
import { badRequest, forbidden, notJson } from "./refusals.ts";
import type { HttpRequest } from "./requests.ts";
import { noContent, ok, type Reply, unread, withCookie } from "./responses.ts";
import { type Client, isAdmin } from "./rights.ts";
import type { ApiServices } from "./services.ts";
import { newToken, SESSION_MS, type Session } from "./sessions.ts";

/** The credentials for signing in to the console: the same as in an Authorization header. */
export const signInBody = v.union([
  v.strictObject({
    // A pair is one text: if a user name could contain a colon, `a:b` and `c` would match the pair of `a` and `b:c`.
    user: v.pipe(v.string(), v.regex(/^[^:]{1,128}$/)),
    password: v.pipe(v.string(), v.maxLength(1_000)),
  }),
  v.strictObject({ key: v.pipe(v.string(), v.maxLength(1_000)) }),
]);
const ALLOWED = 'must be {"user": "…", "password": "…"}, the user without a colon, or {"key": "…"}';

/** The client that is signed in, as the page shows it. */
export const me = v.object({
  client: v.string(),
  isAdmin: v.boolean(),
  /** Absent: all of them. */
  channels: v.optional(v.array(v.string())),
  senders: v.optional(v.array(v.string())),
  isTextHidden: v.boolean(),
  /** Absent: it signed in with an Authorization header. */
  expiresAt: v.optional(v.string()),
});

type Call = { readonly request: HttpRequest } & Admission;

/**
 * The credentials in the body of a sign-in. Only a page of this origin may send them, or another site could sign its
 * visitors in as somebody else. Throws a Refusal.
 */
export function claimOf({ headers, body }: HttpRequest): Claim {
  if (!isChangeFromOwnPage(headers)) throw forbidden("Only the console itself may sign somebody in");
  if (!isJson(headers)) throw notJson();
  const parsed = v.safeParse(signInBody, parseJson(body));
  if (!parsed.success) throw badRequest({ body: [ALLOWED] });
  const sent = parsed.output;
  if ("user" in sent) return { scheme: "basic", id: sent.user, secret: sent.password };
  // A key of the wrong form belongs to nobody.
  return parseAuthorization(`App ${sent.key.trim()}`) ?? { scheme: "key", id: "", secret: "" };
}

/**
 * Answers `POST /omnilog/1/session`: starts a session, with a new random token. The browser's previous session ends.
 */
export async function answerSignIn({ request, client }: Call, services: ApiServices): Promise<Reply> {
  const { credential } = await verify(claimOf(request), request, services);
  const sessions = await services.sessions();
  const before = sessionToken(request.headers);
  if (before !== undefined) await sessions.endToken(before, services.now());
  const token = newToken();
  const session = await sessions.begin(token, client.id, credential, services.now());
  const reply = replyWith(client, session);
  return { ...reply, response: withCookie(reply.response, sessionCookie(token, SESSION_MS)) };
}

/** Answers `GET /omnilog/1/session`: who is signed in. */
export async function answerWhoAmI({ request, client }: Call, services: ApiServices): Promise<Reply> {
  const { headers } = request;
  const token = headers.authorization === undefined ? sessionToken(headers) : undefined;
  const session =
    token === undefined ? undefined : await (await services.sessions()).find(token, services.now());
  return replyWith(client, session);
}

/** Answers `DELETE /omnilog/1/session`: ends the session, here and for anybody who may have copied its token. */
export async function answerSignOut({ request }: Call, services: ApiServices): Promise<Reply> {
  const token = sessionToken(request.headers);
  if (token !== undefined) await (await services.sessions()).endToken(token, services.now());
  return unread(withCookie(noContent({}), sessionCookie("", 0)));
}

function replyWith(client: Client, session: Session | undefined): Reply {
  const { name, channels, senders, isTextHidden } = client;
  const body: v.InferInput<typeof me> = {
    client: name,
    isAdmin: isAdmin(client),
    ...(channels ? { channels: [...channels] } : {}),
    ...(senders ? { senders: [...senders] } : {}),
    isTextHidden,
    ...(session ? { expiresAt: new Date(session.untilMs).toISOString() } : {}),
  };
  return unread(ok("json", JSON.stringify(body)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
