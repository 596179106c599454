/** Drawn on a grid of 16, with a stroke in the colour of the text. */
const PATHS = {
  overview: "M2 13h12M4 10.5v-3M8 10.5v-7M12 10.5v-5",
  messages: "M2.5 3.5h11v8h-7l-3 2.5v-2.5h-1z",
  live: "M2 8h2.5l2-5 3 10 2-5H14",
  health: "M8 13.5S2.5 10.2 2.5 6.4A2.9 2.9 0 0 1 8 5.1a2.9 2.9 0 0 1 5.5 1.3c0 3.8-5.5 7.1-5.5 7.1z",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14",
  filter: "M2.5 4h11M5 8h6M7 12h2",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  check: "M3 8.5 6.5 12 13 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  link: "M6.5 9.5l3-3M7 5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.8 2.8 0 0 1-4-4L5 7",
  download: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  keys: "M2 4.5h12v7H2zM4.5 7h.01M7 7h.01M9.5 7h.01M11.5 7h.01M5 9.5h6",
  leave: "M6 2.5H2.5v11H6M10.5 5l3 3-3 3M13.5 8H6",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M4.5 3l8 5-8 5z",
  back: "M9.5 3.5 5 8l4.5 4.5",
  next: "M6.5 3.5 11 8l-4.5 4.5",
  warning: "M8 2.5l6 11H2zM8 6.5v3.5M8 12h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
