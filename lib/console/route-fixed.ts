import type { Route } from "./route.ts";
import { momentOf, writeMoment } from "./search/moments.ts";
import { parseQuery, printQuery } from "./search/query.ts";
import { stretchOf } from "./views/overview/range.ts";

/** The same place with moments instead of times that are told from now: a link to it shows the same later. */
export function fixed(route: Route, nowMs: number): Route {
  const { terms, misread } = parseQuery(route.q);
  const isTime = terms.some(({ word }) => word === "since" || word === "until");
  const stretch = route.view === "overview" ? stretchOf(route.range, nowMs) : undefined;
  return {
    ...route,
    // What was typed stays as it is where nothing has to be changed.
    q: isTime && misread.length === 0 ? printQuery(terms.map((term) => fixedTerm(term, nowMs))) : route.q,
    range: stretch ? `${writeMoment(stretch.sinceMs)}/${writeMoment(stretch.untilMs)}` : route.range,
  };
}

type Term = ReturnType<typeof parseQuery>["terms"][number];

function fixedTerm(term: Term, nowMs: number): Term {
  if (term.word !== "since" && term.word !== "until") return term;
  const ms = momentOf(term.value, term.word === "since" ? "start" : "end", nowMs);
  return ms === undefined ? term : { ...term, value: writeMoment(ms) };
}
