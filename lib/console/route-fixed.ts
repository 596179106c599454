import type { Route } from "./route.ts";
import { momentOf, writeMoment } from "./search/moments.ts";
import { type Term, withTerms } from "./search/query.ts";
import { stretchOf } from "./views/overview/range.ts";

/** The same place with fixed moments instead of relative times, so that a link to it still shows the same later. */
export function fixed(route: Route, nowMs: number): Route {
  const stretch = route.view === "overview" ? stretchOf(route.range, nowMs) : undefined;
  return {
    ...route,
    q: withTerms(route.q, (term) => fixedTerm(term, nowMs)),
    range: stretch ? `${writeMoment(stretch.sinceMs)}/${writeMoment(stretch.untilMs)}` : route.range,
  };
}

function fixedTerm(term: Term, nowMs: number): Term {
  if (term.word !== "since" && term.word !== "until") return term;
  const ms = momentOf(term.value, term.word === "since" ? "start" : "end", nowMs);
  return ms === undefined ? term : { ...term, value: writeMoment(ms) };
}
