/**
 * The results of an XML body that no parser takes as a whole, by their tags alone: an entry with a character that XML does not have, or
 * one that was cut, does not spoil its neighbours.
 */
export interface Elements {
  /** Each entry, and what stands between entries and is none, in order. */
  readonly texts: readonly string[];
  /** Behind the last entry. */
  readonly end: number;
}

/** What may stand before the first entry, and behind the last. */
const HEAD = /^\ufeff?(?:\s|<\?[^>]*\?>|<![^>]*>)*<[\w.:-]+(?:\s[^<>]*)?>\s*<results(?:\s[^<>]*)?>\s*$/;
export const TAIL = /^\s*<\/results\s*>\s*<\/[\w.:-]+\s*>\s*$/;
/** Of a result within results; of the Messages API both are called the same. */
const RESULT = /<(\/?)result(?:\s[^<>]*)?>/g;
const NESTED = /<(\/?)results(?:\s[^<>]*)?>/g;

/** Is it an element that is a result? */
export function isResult(text: string): boolean {
  return /^<results?[\s>]/.test(text);
}

/** Splits a body by the tags of its entries. Takes no longer than the body is long. */
export function elementsOf(body: string): Elements {
  const isNested = body.search(/<result[\s>]/) < 0;
  const tags = [...body.matchAll(isNested ? NESTED : RESULT)];
  // The first of the tags that are called alike is that of the list.
  const own = isNested && tags[0]?.[1] === "" && tags[1]?.[1] === "" ? tags.slice(1) : isNested ? [] : tags;
  const texts: string[] = [];
  let [end, openAt]: [number, number | undefined] = [0, undefined];
  const between = (from: number, until: number) => {
    const text = body.slice(from, until).trim();
    if (text !== "" && !(from === 0 && HEAD.test(body.slice(0, until)))) texts.push(text);
  };
  for (const { 0: tag, 1: slash, index } of own) {
    if (slash === "") {
      // One that was begun and never ended stands between.
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
