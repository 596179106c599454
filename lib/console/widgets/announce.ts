import { signal } from "@preact/signals";

/** The last announcement. */
export const said = signal("");

/** What was announced to one client must not be found by the next one. */
export function hush(): void {
  said.value = "";
}

/** Announces something to screen readers, and shows nothing. */
export function announce(text: string): void {
  // The same text is announced again only if it differs.
  said.value = said.value === text ? `${text}\u00a0` : text;
}
