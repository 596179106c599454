/** The views of the console, in the order of its navigation. */
export const VIEWS = ["overview", "messages", "live", "health"] as const;
export type View = (typeof VIEWS)[number];

/** Everything that decides what a view shows. It is kept in the fragment of the URL, which servers never see. */
export interface Route {
  readonly view: View;
  /** The text in the search box. */
  readonly q: string;
  /** The id of the message that is open; "" if none is. */
  readonly message: string;
  /** The period of the overview: `1h`, `today`, `24h`, `7d`, `30d`, or two moments separated by `/`. */
  readonly range: string;
}

export const HOME: Route = { view: "overview", q: "", message: "", range: "24h" };

/**
 * Parses a fragment such as `#/messages?q=to:41793026727&message=…`. Anything that is not understood becomes the
 * default.
 */
export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = splitOnce(fragment.replace(/^#?\/?/, ""));
  const given = new URLSearchParams(query);
  const view = VIEWS.find((each) => each === path) ?? HOME.view;
  return {
    view,
    q: given.get("q") ?? "",
    message: given.get("message") ?? "",
    range: given.get("range") ?? HOME.range,
  };
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf("?");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** The fragment of a route, as short and as readable as possible. */
export function printRoute(route: Route): string {
  const names = (["q", "message", "range"] as const).filter((name) => route[name] !== HOME[name]);
  const query = names.map((name) => `${name}=${encode(route[name])}`).join("&");
  return `#/${route.view}${query === "" ? "" : `?${query}`}`;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%(3A|40|2C|2F)/g, decodeURIComponent)
    .replace(/%20/g, "+");
}
