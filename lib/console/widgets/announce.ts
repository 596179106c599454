import { signal } from "@preact/signals";

/** What was said last. */
export const said = signal("");

/** What was said to one client, the next one does not find. */
export function hush(): void {
  said.value = "";
}

/** Says something to who listens rather than looks, and shows nothing. */
export function announce(text: string): void {
  // The same text again is said again only if it differs.
  said.value = said.value === text ? `${text}\u00a0` : text;
}
