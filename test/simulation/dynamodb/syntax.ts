import { invalid } from "./errors.ts";

/** A path to a part of an item; a name may be a placeholder, `#name`. */
export interface Path {
  readonly kind: "path";
  readonly parts: readonly (string | number)[];
}

export type Operand =
  | Path
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Operand[] }
  | { readonly kind: "sum"; readonly sign: 1 | -1; readonly operands: readonly [Operand, Operand] };

export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | { readonly kind: "compare"; readonly comparator: string; readonly operands: readonly [Operand, Operand] }
  | { readonly kind: "between"; readonly operands: readonly [Operand, Operand, Operand] }
  | { readonly kind: "in"; readonly operand: Operand; readonly among: readonly Operand[] }
  | { readonly kind: "test"; readonly name: string; readonly operands: readonly Operand[] };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly operand: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly operand: Operand }[];
  readonly delete: readonly { readonly path: Path; readonly operand: Operand }[];
}

const TOKEN = /\s*(?:(<>|<=|>=|[=<>(),.[\]+-])|([#:][A-Za-z0-9_-]+)|([A-Za-z_][A-Za-z0-9_]*)|(\d+))/y;

/** Parses DynamoDB's expressions. Throws ValidationException on what is none. */
export class Parser {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  condition(): Condition {
    return this.#whole(() => this.#or());
  }

  projection(): readonly Path[] {
    return this.#whole(() => this.#list(() => this.#path()));
  }

  update(): Update {
    const update = { set: [], remove: [], add: [], delete: [] } as {
      [name in keyof Update]: Update[name][number][];
    };
    const seen = new Set<string>();
    return this.#whole(() => {
      while (this.#peek() !== undefined) {
        const clause = this.#next().toUpperCase();
        if (seen.has(clause)) throw this.#fault(`${clause} twice`);
        seen.add(clause);
        if (clause === "SET") update.set.push(...this.#list(() => this.#assignment()));
        else if (clause === "REMOVE") update.remove.push(...this.#list(() => this.#path()));
        else if (clause === "ADD") update.add.push(...this.#list(() => this.#pair()));
        else if (clause === "DELETE") update.delete.push(...this.#list(() => this.#pair()));
        else throw this.#fault(clause);
      }
      return update as Update;
    });
  }

  #or(): Condition {
    const parts = this.#separated("OR", () => this.#and());
    return parts.length === 1 ? (parts[0] as Condition) : { kind: "or", parts };
  }

  #and(): Condition {
    const parts = this.#separated("AND", () => this.#not());
    return parts.length === 1 ? (parts[0] as Condition) : { kind: "and", parts };
  }

  #not(): Condition {
    if (this.#isWord("NOT")) {
      this.#next();
      return { kind: "not", part: this.#not() };
    }
    if (this.#peek() === "(") {
      this.#next();
      const inner = this.#or();
      this.#expect(")");
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Condition {
    const operand = this.#operand();
    const next = this.#peek();
    if (next !== undefined && ["=", "<>", "<", "<=", ">", ">="].includes(next)) {
      this.#next();
      return { kind: "compare", comparator: next, operands: [operand, this.#operand()] };
    }
    if (this.#isWord("BETWEEN")) {
      this.#next();
      const from = this.#operand();
      if (!this.#isWord("AND")) throw this.#fault(this.#peek());
      this.#next();
      return { kind: "between", operands: [operand, from, this.#operand()] };
    }
    if (this.#isWord("IN")) {
      this.#next();
      this.#expect("(");
      const among = this.#list(() => this.#operand());
      this.#expect(")");
      return { kind: "in", operand, among };
    }
    if (operand.kind === "call" && operand.name !== "size")
      return { kind: "test", name: operand.name, operands: operand.operands };
    throw this.#fault(next);
  }

  #operand(): Operand {
    const token = this.#peek() ?? "";
    if (token.startsWith(":")) return { kind: "value", name: this.#next() };
    if (/^[a-z]/.test(token) && this.#tokens[this.#at + 1] === "(") {
      const name = this.#next();
      this.#expect("(");
      const operands = this.#list(() => this.#operand());
      this.#expect(")");
      return { kind: "call", name, operands };
    }
    return this.#path();
  }

  #assignment(): { path: Path; operand: Operand } {
    const path = this.#path();
    this.#expect("=");
    const operand = this.#operand();
    const sign = this.#peek();
    if (sign !== "+" && sign !== "-") return { path, operand };
    this.#next();
    return {
      path,
      operand: { kind: "sum", sign: sign === "+" ? 1 : -1, operands: [operand, this.#operand()] },
    };
  }

  #pair(): { path: Path; operand: Operand } {
    return { path: this.#path(), operand: this.#operand() };
  }

  #path(): Path {
    const parts: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.#peek() === ".") {
        this.#next();
        parts.push(this.#name());
      } else if (this.#peek() === "[") {
        this.#next();
        parts.push(Number(this.#next()));
        this.#expect("]");
      } else return { kind: "path", parts };
    }
  }

  #name(): string {
    const token = this.#next();
    if (!/^[#A-Za-z_]/.test(token)) throw this.#fault(token);
    return token;
  }

  #list<T>(one: () => T): T[] {
    const all = [one()];
    while (this.#peek() === ",") {
      this.#next();
      all.push(one());
    }
    return all;
  }

  #separated<T>(word: string, one: () => T): T[] {
    const all = [one()];
    while (this.#isWord(word)) {
      this.#next();
      all.push(one());
    }
    return all;
  }

  #whole<T>(parse: () => T): T {
    const parsed = parse();
    if (this.#peek() !== undefined) throw this.#fault(this.#peek());
    return parsed;
  }

  #isWord(word: string): boolean {
    return this.#peek()?.toUpperCase() === word;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#fault("<EOF>");
    return token;
  }

  #expect(token: string): void {
    const next = this.#next();
    if (next !== token) throw this.#fault(next);
  }

  #fault(token: string | undefined) {
    return invalid(`Syntax error; token: ${token}, expression: ${this.#text}`);
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) {
      if (text.slice(at).trim() === "") break;
      throw invalid(`Syntax error near: ${text.slice(at, at + 10)}`);
    }
    tokens.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? "");
    at = TOKEN.lastIndex;
  }
  return tokens;
}
