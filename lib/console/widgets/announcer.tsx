import { said } from "./announce.ts";

/** The element that screen readers announce. */
export function Announcer() {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {said}
    </p>
  );
}
