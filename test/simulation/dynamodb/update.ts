import { invalid } from "./errors.ts";
import { evaluate, missing, type Placeholders, visitOperand } from "./evaluate.ts";
import type { Operand, Path, Update } from "./syntax.ts";
import { type Item, isMap, typeOf, type Value } from "./values.ts";

type Parts = readonly (string | number)[];

/** The item after an update, and the attributes that it touched. Everything is computed from the item as it was. */
export function updated(
  update: Update,
  before: Item,
  placeholders: Placeholders,
): { item: Item; touched: readonly string[] } {
  const steps = [
    ...update.set.map(({ path, operand }) => ({ path, value: setValue(operand, before, placeholders) })),
    ...update.remove.map((path) => ({ path, value: undefined })),
    ...update.add.map(({ path, operand }) => ({ path, value: add(path, operand, before, placeholders) })),
    ...update.delete.map(({ path, operand }) => ({
      path,
      value: remove(path, operand, before, placeholders),
    })),
  ];
  const paths = steps.map(({ path }) => placeholders.path(path));
  let item: Value = before;
  // Of a list, what comes last goes first, so that the others keep their places.
  const order = [...steps.keys()].sort((a, b) => lastIndex(paths[b]) - lastIndex(paths[a]));
  for (const n of order) item = put(item, paths[n] ?? [], steps[n]?.value);
  return { item: item as Item, touched: paths.map(([name]) => String(name)) };
}

/** Names every placeholder of an update, and checks what does not depend on the item. */
export function visitUpdate(update: Update, placeholders: Placeholders): void {
  const paths = [...update.set, ...update.add, ...update.delete].map(({ path }) => path);
  checkApart([...paths, ...update.remove].map((path) => placeholders.path(path)));
  for (const { path, operand } of [...update.set, ...update.add, ...update.delete]) {
    placeholders.path(path);
    visitOperand(operand, placeholders);
  }
}

function lastIndex(parts: Parts | undefined): number {
  const last = parts?.at(-1);
  return typeof last === "number" ? last : -1;
}

function checkApart(paths: readonly Parts[]): void {
  const names = paths.map((parts) => JSON.stringify(parts).slice(1, -1));
  for (const [n, name] of names.entries()) {
    const isOverlapping = names.some(
      (other, m) => m !== n && (other === name || other.startsWith(`${name},`)),
    );
    if (isOverlapping) throw invalid("Two document paths overlap with each other");
  }
}

function setValue(operand: Operand, item: Item, placeholders: Placeholders): Value {
  const value = evaluate(operand, item, placeholders);
  if (value === undefined) throw missing();
  return value;
}

function add(path: Path, operand: Operand, item: Item, placeholders: Placeholders): Value {
  const more = evaluate(operand, item, placeholders);
  const present = evaluate(path, item, placeholders);
  if (typeof more === "number") {
    if (present !== undefined && typeof present !== "number") throw wrongType();
    return (present ?? 0) + more;
  }
  if (!(more instanceof Set)) throw invalid("Incorrect operand type for operator or function; operator: ADD");
  if (present === undefined) return more;
  if (!(present instanceof Set) || typeOf(present) !== typeOf(more)) throw wrongType();
  return new Set([...present, ...more]);
}

function remove(path: Path, operand: Operand, item: Item, placeholders: Placeholders): Value | undefined {
  const less = evaluate(operand, item, placeholders);
  const present = evaluate(path, item, placeholders);
  if (!(less instanceof Set)) throw invalid("Incorrect operand type for operator; operator: DELETE");
  if (present === undefined) return undefined;
  if (!(present instanceof Set) || typeOf(present) !== typeOf(less)) throw wrongType();
  const left = [...present].filter((member) => !less.has(member));
  return left.length > 0 ? new Set(left) : undefined;
}

function wrongType() {
  return invalid("An operand in the update expression has an incorrect data type");
}

/** The value with something else at a path; undefined takes out what is there. */
function put(whole: Value, [part, ...rest]: Parts, value: Value | undefined): Value {
  if (typeof part === "number") {
    if (!Array.isArray(whole)) throw wrongPath();
    const list = [...(whole as Value[])];
    const inner = list[part];
    if (rest.length === 0 && value === undefined) list.splice(part, 1);
    else if (rest.length === 0 && value !== undefined) list[Math.min(part, list.length)] = value;
    else if (inner !== undefined) list[part] = put(inner, rest, value);
    else throw wrongPath();
    return list;
  }
  if (part === undefined || !isMap(whole)) throw wrongPath();
  const { [part]: inner, ...others } = whole;
  if (rest.length === 0) return value === undefined ? others : { ...whole, [part]: value };
  if (inner === undefined) throw wrongPath();
  return { ...whole, [part]: put(inner, rest, value) };
}

function wrongPath() {
  return invalid("The document path provided in the update expression is invalid for update");
}
