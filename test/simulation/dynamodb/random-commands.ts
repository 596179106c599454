import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Random } from "../../../infra/local/imitation/random.ts";
import { compareText } from "./values.ts";

const TableName = "model";

export type AnyCommand =
  | BatchGetCommand
  | BatchWriteCommand
  | DeleteCommand
  | GetCommand
  | PutCommand
  | QueryCommand
  | UpdateCommand;

/** Commands of all the shapes that the project uses and some more, over so few items that they meet. */
export function randomCommand(random: Random): AnyCommand {
  const make = random.pick([
    put,
    put,
    put,
    update,
    update,
    update,
    remove,
    get,
    query,
    query,
    query,
    batchGet,
    batchWrite,
  ]);
  return make(random);
}

const texts = ["", "a", "ab", "abc", "b", "é", "\u{1f600}", "x".repeat(300)];
const numbers = [0, 1, -1, 2, 10, 12.5, 100, 123456789, -0.25];

function put(random: Random): PutCommand {
  return new PutCommand({ TableName, Item: itemOf(random), ...conditional(random), ...capacity(random) });
}

function remove(random: Random): DeleteCommand {
  const ReturnValues = random.pick([undefined, "NONE", "ALL_OLD"] as const);
  return new DeleteCommand({ TableName, Key: keyOf(random), ReturnValues, ...conditional(random) });
}

function update(random: Random): UpdateCommand {
  const scope = new Scope();
  const UpdateExpression = random.chance(0.5) ? setOnly(random, scope) : severalClauses(random, scope);
  const ConditionExpression = random.chance(0.4) ? condition(random, scope, 2) : undefined;
  const ReturnValues = random.pick([undefined, "ALL_OLD", "ALL_NEW", "NONE"] as const);
  return new UpdateCommand({
    ...{ TableName, Key: keyOf(random), UpdateExpression, ConditionExpression, ReturnValues },
    ...scope.given(),
    ...capacity(random),
  });
}

/** What is read is nothing that is written: dynalite would read what it has just written, and DynamoDB does not. */
function setOnly(random: Random, scope: Scope): string {
  if (random.chance(0.2))
    return `SET ${scope.name("n")} = ${scope.name("n")} + ${scope.value(random.pick(numbers))}`;
  if (random.chance(0.2))
    return `SET ${scope.name("l")} = list_append(${scope.name("l")}, ${scope.value([anyValue(random)])})`;
  const paths = ["s", "flag", "b"].map((name) => () => scope.name(name));
  const inner = ["x", "k"].map((name) => () => `${scope.name("m")}.${scope.name(name)}`);
  const target = () => random.pick([...paths, ...inner])();
  return `SET ${several(random, 3, () => `${target()} = ${setOperand(random, scope)}`)}`;
}

function setOperand(random: Random, scope: Scope): string {
  const source = random.pick(["n", "set", "l"]);
  const kind = random.int(0, 3);
  if (kind === 0) return `if_not_exists(${scope.name(source)}, ${scope.value(anyValue(random))})`;
  if (kind === 1) return `${scope.name("n")} ${random.pick(["+", "-"])} ${scope.value(random.pick(numbers))}`;
  return kind === 2 ? scope.name(source) : scope.value(anyValue(random));
}

function severalClauses(random: Random, scope: Scope): string {
  const isSets = random.chance(0.5);
  const clauses = [
    random.chance(0.6) &&
      `SET ${scope.name(random.pick(["s", "flag", "b"]))} = ${scope.value(anyValue(random))}`,
    random.chance(0.3) && `REMOVE ${scope.name("m")}, ${scope.name("l")}[0]`,
    random.chance(0.6) &&
      (isSets
        ? `ADD ${scope.name("set")} ${scope.value(setOf(random))}`
        : `ADD ${scope.name("n")} ${scope.value(random.pick(numbers))}`),
    !isSets && random.chance(0.4) && `DELETE ${scope.name("set")} ${scope.value(setOf(random))}`,
  ].filter((clause) => clause !== false);
  return clauses.length > 0 ? clauses.join(" ") : `REMOVE ${scope.name("s")}`;
}

function get(random: Random): GetCommand {
  const scope = new Scope();
  const ProjectionExpression = random.chance(0.4) ? projection(random, scope) : undefined;
  return new GetCommand({
    ...{ TableName, Key: keyOf(random), ConsistentRead: random.chance(0.5), ProjectionExpression },
    ...scope.given(),
    ...capacity(random),
  });
}

function query(random: Random): QueryCommand {
  const scope = new Scope();
  const isIndex = random.chance(0.4);
  const [own, order] = isIndex ? ["g", "o"] : ["pk", "sk"];
  const sort = sortCondition(random, scope, order);
  const KeyConditionExpression = [`${scope.name(own)} = ${scope.value(partition(random))}`, ...sort].join(
    " AND ",
  );
  const FilterExpression = random.chance(0.4) ? condition(random, scope, 2) : undefined;
  const ProjectionExpression = random.chance(0.3) ? projection(random, scope) : undefined;
  const isStarted = !isIndex && sort.length === 0 && random.chance(0.2);
  const pk = scope.last(own);
  return new QueryCommand({
    ...{ TableName, KeyConditionExpression, FilterExpression, ProjectionExpression },
    ...(isIndex ? { IndexName: "byG" } : { ConsistentRead: random.chance(0.5) }),
    ...(random.chance(0.5) ? { ScanIndexForward: random.chance(0.5) } : {}),
    ...(random.chance(0.5) ? { Limit: random.int(1, 4) } : {}),
    ...(isStarted ? { ExclusiveStartKey: { pk, sk: sortOf(random) } } : {}),
    ...scope.given(),
    ...capacity(random),
  });
}

function sortCondition(random: Random, scope: Scope, order: string): string[] {
  const name = () => scope.name(order);
  const value = () => scope.value(sortOf(random));
  switch (random.int(0, 4)) {
    case 0:
      return [`${name()} ${random.pick(["=", "<", "<=", ">", ">="])} ${value()}`];
    case 1: {
      const [from, until] = [sortOf(random), sortOf(random)].sort(compareText);
      return [`${name()} BETWEEN ${scope.value(from)} AND ${scope.value(until)}`];
    }
    case 2:
      return [`begins_with(${name()}, ${scope.value(random.pick(["s", "s0", "s1"]))})`];
    default:
      return [];
  }
}

function batchGet(random: Random): BatchGetCommand {
  const scope = new Scope();
  const Keys = Array.from({ length: random.pick([1, 2, 5, 5]) }, () => keyOf(random));
  const ProjectionExpression = random.chance(0.3) ? projection(random, scope) : undefined;
  const names = scope.given().ExpressionAttributeNames;
  return new BatchGetCommand({
    RequestItems: {
      [TableName]: {
        ...{ Keys, ConsistentRead: random.chance(0.5), ProjectionExpression },
        ...(names ? { ExpressionAttributeNames: names } : {}),
      },
    },
  });
}

function batchWrite(random: Random): BatchWriteCommand {
  const requests = Array.from({ length: random.int(1, 4) }, () =>
    random.chance(0.6) ? { PutRequest: { Item: itemOf(random) } } : { DeleteRequest: { Key: keyOf(random) } },
  );
  return new BatchWriteCommand({ RequestItems: { [TableName]: requests } });
}

function conditional(random: Random) {
  if (random.chance(0.5)) return {};
  const scope = new Scope();
  const ConditionExpression = condition(random, scope, 3);
  return { ConditionExpression, ...scope.given() };
}

function condition(random: Random, scope: Scope, depth: number): string {
  const inner = () => condition(random, scope, depth - 1);
  if (depth > 0 && random.chance(0.4)) {
    const kind = random.int(0, 3);
    if (kind === 0) return `NOT (${inner()})`;
    if (kind === 1) return `(${inner()} OR ${inner()}) AND ${inner()}`;
    return `${inner()} ${random.pick(["AND", "OR"])} ${inner()}`;
  }
  const name = () => scope.name(attribute(random));
  const value = () => scope.value(anyValue(random));
  switch (random.int(0, 6)) {
    case 0:
      return `attribute_exists(${name()})`;
    case 1:
      return `attribute_not_exists(${name()})`;
    case 2:
      return `begins_with(${scope.name("s")}, ${scope.value(random.pick(["a", "ab", "é"]))})`;
    case 3: {
      const [from, until] = [random.pick(numbers), random.pick(numbers)].sort((a, b) => a - b);
      return `${scope.name("n")} BETWEEN ${scope.value(from)} AND ${scope.value(until)}`;
    }
    case 4:
      return `${scope.name(random.pick(["s", "n"]))} IN (${several(random, 3, () => scope.value(random.pick([...texts.slice(1), ...numbers])))})`;
    default:
      if (random.chance(0.5)) return `${name()} ${random.pick(["=", "<>"])} ${value()}`;
      return `${name()} ${random.pick(["<", "<=", ">", ">="])} ${scope.value(random.pick([...texts, ...numbers]))}`;
  }
}

function projection(random: Random, scope: Scope): string {
  const names = new Set(
    Array.from({ length: random.int(1, 4) }, () => random.pick([...ATTRIBUTES, "pk", "sk"])),
  );
  return [...names].map((name) => scope.name(name)).join(", ");
}

const ATTRIBUTES = ["s", "n", "set", "m", "l", "b", "flag"] as const;

function attribute(random: Random): string {
  return random.pick(ATTRIBUTES);
}

function keyOf(random: Random): { pk: string; sk: string } {
  return { pk: random.chance(0.01) ? "" : partition(random), sk: sortOf(random) };
}

function partition(random: Random): string {
  return random.pick(["p", "q", "é"]);
}

function sortOf(random: Random): string {
  // Not a character between the emoji and the halves that it is written with: dynalite would refuse a right range.
  return random.pick(["s", "s0", "s01", "s1", "t", "\u{1f600}", "é"]);
}

function itemOf(random: Random): Record<string, unknown> {
  const isBig = random.chance(0.01);
  const key = keyOf(random);
  return {
    ...key,
    ...Object.fromEntries(
      ATTRIBUTES.filter(() => random.chance(0.4)).map((name) => [name, ofKind(name, random)]),
    ),
    ...(random.chance(0.5) ? { g: partition(random), o: `${sortOf(random)}#${key.pk}#${key.sk}` } : {}),
    ...(isBig ? { big: "x".repeat(random.pick([300_000, 409_500, 410_000])) } : {}),
  };
}

function ofKind(name: (typeof ATTRIBUTES)[number], random: Random): unknown {
  switch (name) {
    case "s":
      return random.pick(texts);
    case "n":
      return random.pick(numbers);
    case "set":
      return setOf(random);
    case "m":
      return { x: random.pick(numbers), y: { z: random.pick(texts) } };
    case "l":
      return [anyValue(random), random.pick(numbers)];
    case "b":
      return new Uint8Array([1, 2, random.int(0, 255)]);
    case "flag":
      return random.pick([true, false, null]);
  }
}

function setOf(random: Random): Set<string> {
  return new Set([random.pick(["a", "b", "c"]), random.pick(["a", "b", "d"])]);
}

function anyValue(random: Random): unknown {
  return ofKind(random.pick(["s", "n", "set", "b", "flag"]), random);
}

function capacity(random: Random): { ReturnConsumedCapacity?: "TOTAL" } {
  return random.chance(0.3) ? { ReturnConsumedCapacity: "TOTAL" } : {};
}

function several(random: Random, most: number, one: () => string): string {
  return Array.from({ length: random.int(1, most) }, one).join(", ");
}

/** Names and values of a command's expressions, under placeholders. */
class Scope {
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, unknown> = {};
  readonly #lastOf = new Map<string, unknown>();
  #lastName = "";

  name(attribute: string): string {
    this.#names[`#${attribute}`] = attribute;
    this.#lastName = attribute;
    return `#${attribute}`;
  }

  value(value: unknown): string {
    const name = `:v${Object.keys(this.#values).length}`;
    this.#values[name] = value;
    if (!this.#lastOf.has(this.#lastName)) this.#lastOf.set(this.#lastName, value);
    return name;
  }

  /** The first value that was asked of an attribute. */
  last(attribute: string): unknown {
    return this.#lastOf.get(attribute);
  }

  given() {
    const names = Object.keys(this.#names).length > 0 ? { ExpressionAttributeNames: this.#names } : {};
    const values = Object.keys(this.#values).length > 0 ? { ExpressionAttributeValues: this.#values } : {};
    return { ...names, ...values } as {
      ExpressionAttributeNames?: Record<string, string>;
      ExpressionAttributeValues?: Record<string, unknown>;
    };
  }
}
