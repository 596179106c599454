import { NotModelled } from "./errors.ts";
import { Placeholders } from "./evaluate.ts";
import { type Condition, Parser, type Path, type Update } from "./syntax.ts";
import { givenItem, type Item, isMap, storedItem, type Value } from "./values.ts";

/** Throws for a parameter that the model does not know; undefined ones do not count. */
export function checkKnown(input: object, known: ReadonlySet<string>): void {
  for (const name in input) {
    if (!known.has(name) && (input as Record<string, unknown>)[name] !== undefined)
      throw new NotModelled(`the parameter ${name}`);
  }
}

interface Expressive {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

export const EXPRESSIVE = ["ExpressionAttributeNames", "ExpressionAttributeValues"];

export function placeholdersOf(input: Expressive): Placeholders {
  const values = input.ExpressionAttributeValues ?? {};
  return new Placeholders(input.ExpressionAttributeNames ?? {}, storedItem(values));
}

/** Expressions are few, and written in the code: each is parsed once. */
const conditions = new Map<string, Condition>();
const projections = new Map<string, readonly Path[]>();
const updates = new Map<string, Update>();

export function conditionOf(text: string): Condition {
  return remembered(conditions, text, () => new Parser(text).condition());
}

export function updateOf(text: string): Update {
  return remembered(updates, text, () => new Parser(text).update());
}

function remembered<T>(cache: Map<string, T>, text: string, parse: () => T): T {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parse();
  if (cache.size < 10_000) cache.set(text, parsed);
  return parsed;
}

/** What a projection leaves of an item, as a copy. Only whole attributes and parts of maps are known. */
export function projected(item: Item, text: string | undefined, placeholders: Placeholders): Item {
  if (text === undefined) return givenItem(item);
  let result: Record<string, Value> = {};
  for (const path of pathsOf(text)) {
    const parts = placeholders.path(path);
    const [name] = parts;
    const value = typeof name === "string" ? item[name] : undefined;
    // Most name a whole attribute.
    if (parts.length > 1 || typeof name !== "string") result = { ...withPart(result, item, parts) };
    else if (value !== undefined) result[name] = value;
  }
  return givenItem(result);
}

function pathsOf(projection: string): readonly Path[] {
  return remembered(projections, projection, () => new Parser(projection).projection());
}

function withPart(result: Item, item: Item, [part, ...rest]: readonly (string | number)[]): Item {
  if (typeof part !== "string") throw new NotModelled("a projection into a list");
  const value: Value | undefined = item[part];
  if (value === undefined) return result;
  if (rest.length === 0) return { ...result, [part]: value };
  if (!isMap(value)) return result;
  const present = result[part];
  const inner = withPart(isMap(present) ? present : {}, value, rest);
  return Object.keys(inner).length > 0 ? { ...result, [part]: inner } : result;
}

/** Names every placeholder of a projection. */
export function visitProjection(text: string | undefined, placeholders: Placeholders): void {
  if (text !== undefined) for (const path of pathsOf(text)) placeholders.path(path);
}
