/**
 * Splits the body of an answer into the texts of its records without relying on the whole body being valid: if the tail
 * was cut off, every record before the cut is still found, and one broken record does not affect its neighbours.
 */
export interface Results {
  /** The text of each element of `results`, in order. */
  readonly texts: readonly string[];
  /**
   * Undefined if the body was intact; otherwise what is wrong with it, and from which index on it could not be read.
   */
  readonly damage?: { readonly reason: string; readonly from: number };
}

/** Where the value of `results` is in a body. */
interface ResultsAt {
  readonly kind: "list" | "single" | "null";
  readonly at: number;
}

/** Splits `{"results": [ … ]}`, with or without other fields. Never throws. */
export function splitResults(body: string): Results {
  const results = findResults(body);
  if (results?.kind === "null") return { texts: [] };
  if (results?.kind !== "list") return { texts: [], damage: { reason: "no list of results in it", from: 0 } };
  const { texts, damage } = elementsFrom(body, results.at);
  return damage ? { texts, damage } : { texts };
}

/** Splits the list that starts here, in a body that must end with `last` and nothing after it. */
function splitList(body: string, list: number, last: "]" | "}"): Results {
  const { texts, end, damage } = elementsFrom(body, list);
  if (damage) return { texts, damage };
  const isAtEnd = last === "]" ? skipSpace(body, end) >= body.length : endsObject(body, end);
  return isAtEnd ? { texts } : { texts, damage: { reason: "something stands behind its list", from: end } };
}

/** Is this only the rest of the object that contains the list? If its brace was cut off, nothing is lost. */
function endsObject(body: string, from: number): boolean {
  let at = skipSpace(body, from);
  while (body[at] === ",") {
    const nameAt = skipSpace(body, at + 1);
    const nameEnd = body[nameAt] === '"' ? skipString(body, nameAt) : undefined;
    const colon = nameEnd === undefined ? -1 : skipSpace(body, nameEnd);
    const valueEnd = body[colon] === ":" ? skipValue(body, skipSpace(body, colon + 1)) : undefined;
    // A second list would be missed.
    if (valueEnd === undefined || body.slice(nameAt, nameEnd) === '"results"') return false;
    at = skipSpace(body, valueEnd);
  }
  return at >= body.length || (body[at] === "}" && skipSpace(body, at + 1) >= body.length);
}

/** The elements of the list that starts here, and the index after it. */
function elementsFrom(body: string, list: number): Results & { readonly end: number } {
  const texts: string[] = [];
  let at = skipSpace(body, list + 1);
  while (body[at] !== "]") {
    const end = skipValue(body, at);
    if (end === undefined)
      return { texts, end: at, damage: { reason: "it ends in the middle of a record", from: at } };
    texts.push(body.slice(at, end));
    at = skipSpace(body, end);
    if (body[at] === ",") at = skipSpace(body, at + 1);
    else if (body[at] !== "]")
      return { texts, end: at, damage: { reason: "its list of results is broken", from: at } };
  }
  return { texts, end: at + 1 };
}

/**
 * Splits a pushed body, which is one of: `{"results": [ … ]}`; the same with a single result instead of the list, as
 * gateways write it that convert XML to JSON; a bare list; a bare result. An incomplete body counts as a list that was
 * cut off. Never throws.
 */
export function splitPushed(body: string): Results {
  const start = skipSpace(body, body.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (body[start] === "[") return splitList(body, start, "]");
  const results = splitObject(body);
  const isList = results.texts.length > 0 || results.damage === undefined || results.damage.from > 0;
  const end = isList || body[start] !== "{" ? undefined : skipValue(body, start);
  const isSingle = end !== undefined && skipSpace(body, end) >= body.length;
  return isSingle ? { texts: [body.slice(start, end)] } : results;
}

/** Like `splitResults`, but text after the list that belongs to nothing counts as damage. */
function splitObject(body: string): Results {
  const results = findResults(body);
  if (results?.kind === "list") return splitList(body, results.at, "}");
  const end = results?.kind === "single" ? skipValue(body, results.at) : undefined;
  if (results === undefined || end === undefined || !endsObject(body, end)) return splitResults(body);
  return { texts: [body.slice(results.at, end)] };
}

/** Finds the results: "null" if they are explicitly null, undefined if there are none. */
function findResults(body: string): ResultsAt | undefined {
  let at = skipSpace(body, body.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (body[at] !== "{") return undefined;
  at = skipSpace(body, at + 1);
  while (body[at] === '"') {
    const nameEnd = skipString(body, at);
    if (nameEnd === undefined) return undefined;
    const name = body.slice(at, nameEnd);
    at = skipSpace(body, nameEnd);
    if (body[at] !== ":") return undefined;
    at = skipSpace(body, at + 1);
    if (name === '"results"') return kindAt(body, at);
    const valueEnd = skipValue(body, at);
    if (valueEnd === undefined) return undefined;
    at = skipSpace(body, valueEnd);
    if (body[at] === ",") at = skipSpace(body, at + 1);
  }
  return undefined;
}

function kindAt(body: string, at: number): ResultsAt | undefined {
  if (body[at] === "[") return { kind: "list", at };
  if (body[at] === "{") return { kind: "single", at };
  return body.startsWith("null", at) ? { kind: "null", at } : undefined;
}

/** Can this be an element of a JSON list, and be split off again? XML cannot. The content is not checked. */
export function isValue(text: string): boolean {
  return text.charCodeAt(0) > 32 && text[0] !== "<" && skipValue(`${text},`, 0) === text.length;
}

/** The index after the value that starts here; undefined if the text ends first. The content is not checked. */
function skipValue(text: string, start: number): number | undefined {
  if (text[start] === '"') return skipString(text, start);
  if (text[start] !== "{" && text[start] !== "[") return skipScalar(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = skipString(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** The index after the string that starts here; undefined if the text ends first. */
export function skipString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return undefined;
}

const SCALAR_END = /[\s,\]}]/g;

function skipScalar(text: string, start: number): number | undefined {
  SCALAR_END.lastIndex = start;
  const end = SCALAR_END.exec(text)?.index;
  return end === start ? undefined : end;
}

/** The index of the first character from here on that is not white space. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) <= 32) at++;
  return at;
}

/** How deeply lists and objects are nested, at most. Strings are skipped; nothing else is checked. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = (skipString(text, at) ?? text.length) - 1;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return deepest;
}
