import "./styles/console.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { loadExplanations } from "./explain/explain.ts";
import { onKey } from "./keys.ts";
import { loadSession, session } from "./session.ts";
import { applyTheme } from "./theme.ts";
import { forgetHealth } from "./views/health/standing.ts";
import { forgetTail } from "./views/live/tail.ts";
import { forgetCsv } from "./views/messages/csv-button.tsx";
import { forget } from "./views/messages/list.ts";
import { forgetOverview } from "./views/overview/statistics.ts";

applyTheme();
const root = document.querySelector("#app");
if (root) render(<App />, root);
addEventListener("keydown", onKey);
effect(() => {
  // What one client has seen, the next one on this page must not.
  if (session.value === null)
    for (const each of [forget, forgetCsv, forgetTail, forgetOverview, forgetHealth]) each();
  if (session.value) loadExplanations();
});
loadSession();
