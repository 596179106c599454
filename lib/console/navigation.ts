import { signal } from "@preact/signals";
import { HOME, parseRoute, printRoute, type Route } from "./route.ts";

/** Where the reader is: exactly what the fragment of the URL says. */
export const route = signal<Route>(parseRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

/** Navigates there; `isReplacing` adds no step to the history, as when moving along a list. */
export function go(to: Partial<Route>, { isReplacing = false } = {}): void {
  const target = printRoute({ ...HOME, ...to });
  if (target === location.hash) return;
  // Not with `location.hash`, whose event comes later: a reader who types on must find the new view at once.
  if (isReplacing) history.replaceState(null, "", target);
  else history.pushState(null, "", target);
  route.value = parseRoute(target);
}

/** The URL of a place, for a link. */
export function hrefOf(to: Partial<Route>): string {
  return printRoute({ ...HOME, ...to });
}
