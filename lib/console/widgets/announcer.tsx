import { said } from "./announce.ts";

/** Where what is said stands, for screen readers. */
export function Announcer() {
  return (
    <p class="unseen" role="status" aria-live="polite">
      {said}
    </p>
  );
}
