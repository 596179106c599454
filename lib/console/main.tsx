import "./styles/console.css";
import { effect, untracked } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { loadExplanations } from "./explain/explain.ts";
import { onKey } from "./keys.ts";
import { isLikelyIn, loadSession, session, visitors, watchSession } from "./session.ts";
import { applyTheme } from "./theme.ts";
import { forgetHealth } from "./views/health/standing.ts";
import { forgetTail } from "./views/live/tail.ts";
import { forgetCsv } from "./views/messages/csv-button.tsx";
import { forget } from "./views/messages/list.ts";
import { forgetOverview } from "./views/overview/statistics.ts";
import { hush } from "./widgets/announce.ts";
import { showMarks } from "./widgets/marks.ts";

applyTheme();
showMarks();
addEventListener("keydown", onKey);
effect(() => {
  // What one client has seen must not be shown to the next one on this page.
  if (visitors.value > 0)
    untracked(() =>
      [forget, forgetCsv, forgetTail, forgetOverview, forgetHealth, hush].map((each) => each()),
    );
});
effect(() => {
  if (session.value) loadExplanations();
});
watchSession();
const isKnown = loadSession();
if (isLikelyIn()) start();
else isKnown.then(start);

function start(): void {
  const root = document.querySelector("#app");
  // Otherwise the placeholder in index.html would stay on the page.
  root?.replaceChildren();
  if (root) render(<App />, root);
}
