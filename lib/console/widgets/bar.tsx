/** A part of a bar: its share of the length, and its colour. */
export interface Piece {
  readonly part: number;
  readonly colour: "accent" | "good" | "bad" | "open";
  /** The target of a click on it. */
  readonly href: string;
}

/**
 * Parts of a whole, drawn side by side; `href`: the target of the rest. It is SVG, so that no inline styles are needed.
 * For people without a pointer the same links are next to it as text.
 */
export function Bar({ pieces, href }: { readonly pieces: readonly Piece[]; readonly href: string }) {
  let from = 0;
  return (
    <svg
      class="measure-bar"
      viewBox="0 0 100 12"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {piece("whole", href, 0, 100)}
      {pieces.map(({ part, colour, href: to }) => {
        const [x, width] = [from, Math.min(1, part) * 100];
        from += width;
        // Anything above zero is visible.
        const seen = part > 0 ? Math.max(0.8, width) : 0;
        return piece(colour, to, Math.min(x, 100 - seen), seen);
      })}
    </svg>
  );
}

/** High enough to be clicked. */
function piece(name: string, href: string, x: number, width: number) {
  return (
    <a key={name} href={href} tabindex={-1}>
      <rect class="hit" x={x} width={width} height="12" />
      <rect class={name} x={x} y="4" width={width} height="4" />
    </a>
  );
}
