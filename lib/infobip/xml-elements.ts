/**
 * Finds the results of an XML body that is not well-formed, by their tags alone: a result with an illegal character, or
 * one that was cut off, does not affect its neighbours.
 */
export interface Elements {
  /** Each result, and any stray text between results, in order. */
  readonly texts: readonly string[];
  /** The index after the last result. */
  readonly end: number;
}

/** What may stand before the first result, and after the last. */
const HEAD = /^\ufeff?(?:\s|<\?[^>]*\?>|<![^>]*>)*<[\w.:-]+(?:\s[^<>]*)?>\s*<results(?:\s[^<>]*)?>\s*$/;
export const TAIL = /^\s*<\/results\s*>\s*<\/[\w.:-]+\s*>\s*$/;
/** For results nested in results: in the Messages API both elements have the same name. */
const RESULT = /<(\/?)result(?:\s[^<>]*)?>/g;
const NESTED = /<(\/?)results(?:\s[^<>]*)?>/g;

/** Is this text an element that is a result? */
export function isResult(text: string): boolean {
  return /^<results?[\s>]/.test(text);
}

/** Splits a body by the tags of its results, in time proportional to its length. */
export function elementsOf(body: string): Elements {
  const isNested = body.search(/<result[\s>]/) < 0;
  const tags = [...body.matchAll(isNested ? NESTED : RESULT)];
  // If the list and its results have the same tag, the first tag is that of the list.
  const own = isNested && tags[0]?.[1] === "" && tags[1]?.[1] === "" ? tags.slice(1) : isNested ? [] : tags;
  const texts: string[] = [];
  let [end, openAt]: [number, number | undefined] = [0, undefined];
  const between = (from: number, until: number) => {
    const text = body.slice(from, until).trim();
    if (text !== "" && !(from === 0 && HEAD.test(body.slice(0, until)))) texts.push(text);
  };
  for (const { 0: tag, 1: slash, index } of own) {
    if (slash === "") {
      // Text of an element that was opened and never closed counts as stray.
      between(end, index);
      [openAt, end] = [index, index];
    } else if (openAt !== undefined) {
      end = index + tag.length;
      texts.push(body.slice(openAt, end));
      openAt = undefined;
    }
  }
  return { texts, end };
}
