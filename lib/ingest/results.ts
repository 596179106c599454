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

/** Splits `{"results": [ … ]}` (other fields may stand beside it). Never throws. */
export function splitResults(body: string): Results {
  const list = findResults(body);
  if (list === undefined) return { texts: [], damage: { reason: "no list of results in it", from: 0 } };
  if (list === "null") return { texts: [] };
  const texts: string[] = [];
  let at = skipSpace(body, list + 1);
  while (body[at] !== "]") {
    const end = skipValue(body, at);
    if (end === undefined)
      return { texts, damage: { reason: "it ends in the middle of a record", from: at } };
    texts.push(body.slice(at, end));
    at = skipSpace(body, end);
    if (body[at] === ",") at = skipSpace(body, at + 1);
    else if (body[at] !== "]")
      return { texts, damage: { reason: "its list of results is broken", from: at } };
  }
  return { texts };
}

/** Where the list of results opens; "null" when there expressly is none. */
function findResults(body: string): number | "null" | undefined {
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
    if (name === '"results"') return body[at] === "[" ? at : body.startsWith("null", at) ? "null" : undefined;
    const valueEnd = skipValue(body, at);
    if (valueEnd === undefined) return undefined;
    at = skipSpace(body, valueEnd);
    if (body[at] === ",") at = skipSpace(body, at + 1);
  }
  return undefined;
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

function skipString(text: string, start: number): number | undefined {
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

function skipSpace(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) <= 32) at++;
  return at;
}
