/** A part of a bar: how much of its length, and in which colour. */
export interface Piece {
  readonly part: number;
  readonly colour: "accent" | "good" | "bad" | "open";
}

/** Parts of a whole, as lengths one after the other. Drawn, so that no style has to be written into the page. */
export function Bar({ pieces }: { readonly pieces: readonly Piece[] }) {
  let from = 0;
  return (
    <svg
      class="measure-bar"
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <rect class="whole" width="100" height="4" />
      {pieces.map(({ part, colour }) => {
        const [x, width] = [from, Math.min(1, part) * 100];
        from += width;
        // What is there can be seen.
        const seen = part > 0 ? Math.max(0.8, width) : 0;
        return <rect key={colour} class={colour} x={Math.min(x, 100 - seen)} width={seen} height="4" />;
      })}
    </svg>
  );
}
