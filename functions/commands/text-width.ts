const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Emoji, and the letters that East Asian terminals show in two columns. */
const WIDE =
  /^(?:\p{RGI_Emoji}|\p{Emoji_Presentation}|[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/v;
const NO_WIDTH = /^[\p{M}\p{Cf}]/v;
/** Characters that would move the cursor of a terminal, or change the direction of a row. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gv;

/** How many columns a text takes on a terminal, as far as that can be known without it. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

/**
 * A text in exactly so many columns: whole characters (an emoji is not cut in two), with an ellipsis if it is too long.
 */
export function inColumns(text: string, width: number): string {
  const plain = text.toWellFormed().replace(UNSAFE, " ");
  const whole = widthOf(plain);
  return whole <= width ? plain + " ".repeat(width - whole) : clip(plain, width);
}

function clip(text: string, width: number): string {
  let kept = "";
  let taken = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    const next = taken + widthOfGrapheme(segment);
    if (next > width - 1) break;
    kept += segment;
    taken = next;
  }
  return `${kept}…${" ".repeat(width - 1 - taken)}`;
}

function widthOfGrapheme(grapheme: string): number {
  if (WIDE.test(grapheme)) return 2;
  return NO_WIDTH.test(grapheme) ? 0 : 1;
}
