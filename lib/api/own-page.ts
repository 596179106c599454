import type { HttpRequest } from "./requests.ts";

/**
 * What is known of a request that a browser makes for a page, from the headers that no script can set (Fetch Metadata, and
 * Origin of the Fetch Standard), and from the session's cookie.
 */

/** `__Host-`: a browser takes it only with Secure, for this host alone and the whole of it (RFC 6265bis, 4.1.3.2). */
const COOKIE = "__Host-omnilog";
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict";

type Headers = HttpRequest["headers"];

/** The token in the session's cookie; undefined: none, or several, of which nobody could say whose they are. */
export function sessionToken(headers: Headers): string | undefined {
  const values = (headers.cookie ?? "").split(";").flatMap((pair) => {
    const [name, ...value] = pair.split("=");
    return name?.trim() === COOKIE ? [value.join("=").trim()] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** The Set-Cookie that gives a browser a token for so long; 0: that takes it away. */
export function sessionCookie(token: string, keptMs: number): string {
  return `${COOKIE}=${token}; Max-Age=${Math.floor(keptMs / 1000)}; ${ATTRIBUTES}`;
}

/** Has a page of this very origin asked? */
export function isFromOwnPage(headers: Headers): boolean {
  return headers["sec-fetch-site"] === "same-origin";
}

/**
 * May a request change something by the cookie? Only one of a page of this origin, as both headers say. The scheme is not
 * compared: TLS may end before us.
 */
export function isChangeFromOwnPage(headers: Headers): boolean {
  const [, host = ""] = /^https?:\/\/([^/]+)$/.exec(headers.origin ?? "") ?? [];
  return isFromOwnPage(headers) && host !== "" && host === headers.host;
}

/**
 * Has another site's page sent a browser here, with the name and password that it remembers? Programs send neither header, and what
 * scripts of allowed origins ask comes by CORS.
 */
export function isSentByOtherSite(headers: Headers): boolean {
  const site = headers["sec-fetch-site"] ?? "";
  return /^(cross|same)-site$/.test(site) && headers["sec-fetch-mode"] !== "cors";
}

/** Is the body said to be JSON? No form of another site can say so. */
export function isJson(headers: Headers): boolean {
  return /^application\/json *(;|$)/i.test(headers["content-type"] ?? "");
}

/**
 * Would a browser ask its user for a name and password if it was told to? It must not where a page asks, which knows better.
 * Some clients that are no browsers send a Sec-Fetch-Mode, too.
 */
export function isOfPage(headers: Headers): boolean {
  const isFetch = headers["sec-fetch-site"] !== undefined && headers["sec-fetch-mode"] !== "navigate";
  return isFetch || sessionToken(headers) !== undefined;
}
