import type { ComponentChildren } from "preact";

/** For content that may be wider than the page: it scrolls by itself, also by keyboard. */
export function Scrolling({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="scrolling" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
