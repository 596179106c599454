import type { HttpRequest } from "./requests.ts";

/**
 * What is known about a request that a browser sent for a page: from headers that no script can set (Fetch Metadata,
 * and Origin of the Fetch Standard), and from the session's cookie.
 */

/** `__Host-`: browsers accept it only with Secure, and for this host as a whole (RFC 6265bis, 4.1.3.2). */
const COOKIE = "__Host-omnilog";
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict";

type Headers = HttpRequest["headers"];

/** The token in the session's cookie; undefined if there is none, or several, so that it is unclear whose they are. */
export function sessionToken(headers: Headers): string | undefined {
  const values = (headers.cookie ?? "").split(";").flatMap((pair) => {
    const [name, ...value] = pair.split("=");
    return name?.trim() === COOKIE ? [value.join("=").trim()] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** The Set-Cookie that gives a browser a token for some time; 0 removes it. */
export function sessionCookie(token: string, keptMs: number): string {
  return `${COOKIE}=${token}; Max-Age=${Math.floor(keptMs / 1000)}; ${ATTRIBUTES}`;
}

/** Was the request sent by a page of this origin? */
export function isFromOwnPage(headers: Headers): boolean {
  return headers["sec-fetch-site"] === "same-origin";
}

/**
 * May a request change something with the cookie? Only if it came from a page of this origin, according to both
 * headers. The scheme is not compared, since TLS may end before us.
 */
export function isChangeFromOwnPage(headers: Headers): boolean {
  const [, host = ""] = /^https?:\/\/([^/]+)$/.exec(headers.origin ?? "") ?? [];
  return isFromOwnPage(headers) && host !== "" && host === headers.host;
}

/**
 * Did another site's page send a browser here, along with credentials that the browser remembers? Programs send neither
 * header, and scripts of allowed origins use CORS.
 */
export function isSentByOtherSite(headers: Headers): boolean {
  const site = headers["sec-fetch-site"] ?? "";
  return /^(cross|same)-site$/.test(site) && headers["sec-fetch-mode"] !== "cors";
}

/** Is the body declared as JSON? A form on another site cannot do that. */
export function isJson(headers: Headers): boolean {
  return /^application\/json *(;|$)/i.test(headers["content-type"] ?? "");
}

/**
 * Would a browser show its own password dialog? It must not if a page is asking, which has its own. Some clients other
 * than browsers send a Sec-Fetch-Mode, too.
 */
export function isOfPage(headers: Headers): boolean {
  const isFetch = headers["sec-fetch-site"] !== undefined && headers["sec-fetch-mode"] !== "navigate";
  return isFetch || sessionToken(headers) !== undefined;
}
