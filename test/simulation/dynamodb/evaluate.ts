import { invalid, NotModelled } from "./errors.ts";
import type { Condition, Operand, Path } from "./syntax.ts";
import { type Item, isMap, isSame, orderOf, sizeOf, typeOf, type Value } from "./values.ts";

/** What the placeholders of a command's expressions stand for. */
export class Placeholders {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, Value>>;
  readonly #used = new Set<string>();
  /** A condition is held against one item after another. */
  readonly #paths = new Map<Path, readonly (string | number)[]>();

  constructor(names: Readonly<Record<string, string>>, values: Readonly<Record<string, Value>>) {
    this.#names = names;
    this.#values = values;
  }

  value(name: string): Value {
    this.#used.add(name);
    const value = this.#values[name];
    if (value === undefined) throw invalid(`An expression attribute value is not defined: ${name}`);
    return value;
  }

  /** The path with its names put in. */
  path(path: Path): readonly (string | number)[] {
    const known = this.#paths.get(path);
    if (known) return known;
    const named = this.#named(path);
    this.#paths.set(path, named);
    return named;
  }

  #named({ parts }: Path): readonly (string | number)[] {
    return parts.map((part) => {
      if (typeof part === "number" || !part.startsWith("#")) return part;
      this.#used.add(part);
      const name = this.#names[part];
      if (name === undefined) throw invalid(`An expression attribute name is not defined: ${part}`);
      return name;
    });
  }

  /** Throws where a placeholder is given that no expression names, as DynamoDB does. */
  checkAllUsed(): void {
    const unused = [...Object.keys(this.#names), ...Object.keys(this.#values)].find(
      (name) => !this.#used.has(name),
    );
    if (unused !== undefined) throw invalid(`Value unused in expressions: ${unused}`);
  }
}

/** Names every placeholder of a condition, so that none is overlooked where evaluation ends early. */
export function visit(condition: Condition, placeholders: Placeholders): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const part of condition.parts) visit(part, placeholders);
      return;
    case "not":
      visit(condition.part, placeholders);
      return;
    case "in":
      for (const operand of [condition.operand, ...condition.among]) visitOperand(operand, placeholders);
      return;
    default:
      for (const operand of condition.operands) visitOperand(operand, placeholders);
  }
}

export function visitOperand(operand: Operand, placeholders: Placeholders): void {
  if (operand.kind === "path") placeholders.path(operand);
  else if (operand.kind === "value") placeholders.value(operand.name);
  else for (const inner of operand.operands) visitOperand(inner, placeholders);
}

/** What stands at a path; undefined where there is nothing. */
export function at(item: Item | undefined, parts: readonly (string | number)[]): Value | undefined {
  let value: Value | undefined = item;
  for (const part of parts) {
    if (typeof part === "number")
      value = Array.isArray(value) ? (value[part] as Value | undefined) : undefined;
    else value = isMap(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

export function holds(condition: Condition, item: Item | undefined, placeholders: Placeholders): boolean {
  const value = (operand: Operand) => evaluate(operand, item, placeholders);
  switch (condition.kind) {
    case "and":
      return condition.parts.every((part) => holds(part, item, placeholders));
    case "or":
      return condition.parts.some((part) => holds(part, item, placeholders));
    case "not":
      return !holds(condition.part, item, placeholders);
    case "compare":
      return compares(condition.comparator, value(condition.operands[0]), value(condition.operands[1]));
    case "between": {
      const [own, from, until] = condition.operands.map(value);
      return compares(">=", own, from) && compares("<=", own, until);
    }
    case "in": {
      const own = value(condition.operand);
      return condition.among.some((operand) => compares("=", own, value(operand)));
    }
    case "test":
      return passes(condition.name, condition.operands, value);
  }
}

export function compares(comparator: string, a: Value | undefined, b: Value | undefined): boolean {
  if (comparator === "<>") return a === undefined || b === undefined || !isSame(a, b);
  if (a === undefined || b === undefined) return false;
  if (comparator === "=") return isSame(a, b);
  const order = orderOf(a, b);
  if (order === undefined) return false;
  if (comparator === "<") return order < 0;
  if (comparator === "<=") return order <= 0;
  return comparator === ">" ? order > 0 : order >= 0;
}

function passes(
  name: string,
  operands: readonly Operand[],
  value: (operand: Operand) => Value | undefined,
): boolean {
  const [own, other] = operands.map(value);
  switch (name) {
    case "attribute_exists":
      return own !== undefined;
    case "attribute_not_exists":
      return own === undefined;
    case "begins_with":
      return typeof own === "string" && typeof other === "string" && own.startsWith(other);
    case "contains":
      if (own === undefined || other === undefined) return false;
      if (typeof own === "string") return typeof other === "string" && own.includes(other);
      if (own instanceof Set)
        return (typeof other === "string" || typeof other === "number") && own.has(other);
      return Array.isArray(own) && own.some((entry: Value) => isSame(entry, other));
    case "attribute_type":
      return own !== undefined && typeOf(own) === other;
    default:
      throw new NotModelled(`the function ${name}`);
  }
}

/** An operand's value; undefined where the item has none. */
export function evaluate(
  operand: Operand,
  item: Item | undefined,
  placeholders: Placeholders,
): Value | undefined {
  const inner = (other: Operand) => evaluate(other, item, placeholders);
  if (operand.kind === "path") return at(item, placeholders.path(operand));
  if (operand.kind === "value") return placeholders.value(operand.name);
  if (operand.kind === "sum") return sumOf(operand.operands.map(inner), operand.sign);
  const [first, second] = operand.operands;
  if (operand.name === "if_not_exists" && first && second) return inner(first) ?? inner(second);
  if (operand.name === "list_append" && first && second) return appended(inner(first), inner(second));
  if (operand.name === "size" && first) {
    const value = inner(first);
    return value === undefined ? undefined : countOf(value);
  }
  throw new NotModelled(`the function ${operand.name}`);
}

function sumOf([a, b]: readonly (Value | undefined)[], sign: 1 | -1): number {
  if (a === undefined || b === undefined) throw missing();
  if (typeof a !== "number" || typeof b !== "number") throw invalid("Incorrect operand type for operator");
  return a + sign * b;
}

function appended(a: Value | undefined, b: Value | undefined): readonly Value[] {
  if (a === undefined || b === undefined) throw missing();
  if (!Array.isArray(a) || !Array.isArray(b)) throw invalid("Incorrect operand type for list_append");
  return [...(a as Value[]), ...(b as Value[])];
}

function countOf(value: Value): number {
  if (value instanceof Set) return value.size;
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : sizeOf(value);
}

export function missing() {
  return invalid("The provided expression refers to an attribute that does not exist in the item");
}
