/**
 * The records of an answer's body, each as the text it came in, without trusting the body as a whole: a page whose
 * tail was cut off still gives every record before the cut, and one broken record does not spoil its neighbours.
 */
export interface Results {
  /** The text of each element of `results`, in order. */
  readonly texts: readonly string[];
  /** Undefined when the body was whole; else what is wrong with it, and from where on it could not be read. */
  readonly damage?: { readonly reason: string; readonly from: number };
}

/** Where the value of `results` stands in a body. */
interface ResultsAt {
  readonly kind: "list" | "single" | "null";
  readonly at: number;
}

/** Splits `{"results": [ … ]}` (other fields may stand beside it). Never throws. */
export function splitResults(body: string): Results {
  const results = findResults(body);
  if (results?.kind === "null") return { texts: [] };
  if (results?.kind !== "list") return { texts: [], damage: { reason: "no list of results in it", from: 0 } };
  const { texts, damage } = elementsFrom(body, results.at);
  return damage ? { texts, damage } : { texts };
}

/** Splits the list that opens here, of a body that is to end with `last` and nothing behind it. */
function splitList(body: string, list: number, last: "]" | "}"): Results {
  const { texts, end, damage } = elementsFrom(body, list);
  if (damage) return { texts, damage };
  const isAtEnd = last === "]" ? skipSpace(body, end) >= body.length : endsObject(body, end);
  return isAtEnd ? { texts } : { texts, damage: { reason: "something stands behind its list", from: end } };
}

/** Does only the rest of the object stand here that a list is a field of? A brace that was cut off takes nothing with it. */
function endsObject(body: string, from: number): boolean {
  let at = skipSpace(body, from);
  while (body[at] === ",") {
    const nameAt = skipSpace(body, at + 1);
    const nameEnd = body[nameAt] === '"' ? skipString(body, nameAt) : undefined;
    const colon = nameEnd === undefined ? -1 : skipSpace(body, nameEnd);
    const valueEnd = body[colon] === ":" ? skipValue(body, skipSpace(body, colon + 1)) : undefined;
    // A second list would not be read.
    if (valueEnd === undefined || body.slice(nameAt, nameEnd) === '"results"') return false;
    at = skipSpace(body, valueEnd);
  }
  return at >= body.length || (body[at] === "}" && skipSpace(body, at + 1) >= body.length);
}

/** The elements of the list that opens here, and the index behind it. */
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
 * Splits a pushed body: `{"results": [ … ]}` like any other, the same with a single result in place of the list, as gateways that turn
 * XML into JSON write it, a list by itself, or a single result by itself. What is not whole counts as a list that was cut. Never throws.
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

/** Like `splitResults`, but what stands behind the list and belongs to nothing is not passed by. */
function splitObject(body: string): Results {
  const results = findResults(body);
  if (results?.kind === "list") return splitList(body, results.at, "}");
  const end = results?.kind === "single" ? skipValue(body, results.at) : undefined;
  if (results === undefined || end === undefined || !endsObject(body, end)) return splitResults(body);
  return { texts: [body.slice(results.at, end)] };
}

/** Finds the results; "null" when there expressly are none, undefined where nothing of that name can be one. */
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

/** Can it stand in a list of JSON, and be split off again? XML cannot. What is inside is not checked. */
export function isValue(text: string): boolean {
  return text.charCodeAt(0) > 32 && text[0] !== "<" && skipValue(`${text},`, 0) === text.length;
}

/** The index after the value that starts here; undefined when the text ends first. What is inside is not checked. */
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

/** The index after the string that starts here; undefined when the text ends first. */
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

/** The index of the first character from here on that is no white space. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) <= 32) at++;
  return at;
}

/** How many lists and objects stand inside each other, at most. Strings are skipped; nothing else is checked. */
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
