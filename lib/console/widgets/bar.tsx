/** A part of a bar: how much of its length, and in which colour. */
export interface Piece {
  readonly part: number;
  readonly colour: "accent" | "good" | "bad" | "open";
  /** Where a click on it leads. */
  readonly href: string;
}

/**
 * Parts of a whole, as lengths one after the other; `href`: where the rest leads. Drawn, so that no style has to be written into the
 * page. Who uses no pointer has the same links as text beside it.
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
        // What is there can be seen.
        const seen = part > 0 ? Math.max(0.8, width) : 0;
        return piece(colour, to, Math.min(x, 100 - seen), seen);
      })}
    </svg>
  );
}

/** As high as can be hit. */
function piece(name: string, href: string, x: number, width: number) {
  return (
    <a key={name} href={href} tabindex={-1}>
      <rect class="hit" x={x} width={width} height="12" />
      <rect class={name} x={x} y="4" width={width} height="4" />
    </a>
  );
}
