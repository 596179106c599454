import { signal } from "@preact/signals";
import { HOME, parseRoute, printRoute, type Route } from "./route.ts";

/** Where the reader is: the fragment of the URL, and nothing else. */
export const route = signal<Route>(parseRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash);
});

/** Goes there; `isReplacing` leaves no step back, as for moving along a list. */
export function go(to: Partial<Route>, { isReplacing = false } = {}): void {
  const target = printRoute({ ...HOME, ...to });
  if (target === location.hash) return;
  // Not by `location.hash`, which tells of it only later: who types on at once must find the view there.
  if (isReplacing) history.replaceState(null, "", target);
  else history.pushState(null, "", target);
  route.value = parseRoute(target);
}

/** The address of a place, for a link. */
export function hrefOf(to: Partial<Route>): string {
  return printRoute({ ...HOME, ...to });
}
