/** The logo of Omnilog: lines of a log, of which one has arrived. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <rect width="24" height="24" rx="6" />
      <path d="M6.5 8h11M6.5 12h7M6.5 16h4M13.5 15.5l2 2 3.5-4" />
    </svg>
  );
}
