import { isHelpOpen } from "./help.tsx";
import { go, route } from "./navigation.ts";
import { VIEWS } from "./route.ts";
import { isSearchWanted } from "./search/box.tsx";
import { session } from "./session.ts";
import { turnPause } from "./views/live/tail.ts";
import { closeMessage } from "./views/message/message.tsx";

/** The keys that work everywhere except in input fields. */
export function onKey(event: KeyboardEvent): void {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  // The dialog knows first that it has been closed.
  const isAsking = document.querySelector("dialog[open]") !== null;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !session.value || isAsking) return;
  const action = ACTIONS[event.key] ?? viewOf(event.key);
  if (!action) return;
  event.preventDefault();
  action();
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  "/": search,
  j: () => step(1),
  k: () => step(-1),
  ".": () => (route.value.view === "live" ? turnPause() : go({ view: "live" })),
  "?": () => {
    isHelpOpen.value = true;
  },
  Escape: back,
};

function viewOf(key: string): (() => void) | undefined {
  const view = VIEWS[Number(key) - 1];
  return view && (() => go({ view }));
}

function search(): void {
  const box = document.querySelector<HTMLInputElement>("#search");
  if (box) {
    box.select();
    return;
  }
  isSearchWanted.value = true;
  go({ view: "messages" });
}

const links = () => [...document.querySelectorAll<HTMLAnchorElement>(".row-link")];

/** Moves along the list. If a message is open, the next one replaces it. */
function step(by: 1 | -1): void {
  const all = links();
  const focused = all.indexOf(document.activeElement as HTMLAnchorElement);
  const at = focused >= 0 ? focused : all.findIndex((link) => link.ariaCurrent === "true");
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.focus();
  if (route.value.message === "" || !next) return;
  const message = new URLSearchParams(next.hash.split("?")[1]).get("message") ?? "";
  go({ ...route.value, message }, { isReplacing: true });
}

function back(): void {
  if (route.value.message === "") return;
  const { message } = route.value;
  closeMessage();
  // If the message covered the list, its rows are drawn by now and can have the focus again.
  const row = () => links().find((link) => link.hash.includes(encodeURIComponent(message)));
  setTimeout(() => row()?.focus(), 0);
}
