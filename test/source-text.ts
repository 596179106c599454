/** A piece of a source file. Of a template, what stands in `${…}` is code, and the rest of it is a string. */
export interface Piece {
  readonly kind: "code" | "string" | "comment" | "regex";
  /** As it stands there; of a string, what is between its quotes. */
  readonly text: string;
}

const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//y;
/** A quote that its line does not close is an apostrophe of JSX. */
const QUOTED = /"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'/y;
const REGEX = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
/** Where a value may begin, / begins a pattern; elsewhere it divides. */
const BEFORE_VALUE = /(?:^|[=(,[!&|?:;{+*%~^>-]|\b(?:return|typeof|case|of|in))\s*$/;
const TEMPLATE_TEXT = /((?:\\.|\$(?!\{)|[^\\`$])*)(`|\$\{|$)/y;

/** Takes a source file to pieces, as far as a test needs it: what is code, and what only looks like it. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  /** How many braces are open in each template's `${` around this place. */
  const open: number[] = [];
  let code = "";
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    at += found?.[0].length ?? 0;
    return found;
  };
  const add = (kind: Piece["kind"], found: string) => {
    if (code !== "") pieces.push({ kind: "code", text: code });
    code = "";
    pieces.push({ kind, text: found });
  };
  const addTemplate = () => {
    const [, found = "", end] = take(TEMPLATE_TEXT) ?? [];
    add("string", found);
    if (end === "${") open.push(0);
  };
  while (at < text.length) {
    const comment = take(COMMENT);
    if (comment) {
      add("comment", comment[0]);
      continue;
    }
    const quoted = take(QUOTED);
    if (quoted) {
      add("string", quoted[1] ?? quoted[2] ?? "");
      continue;
    }
    const isValue = code.trim() === "" ? pieces.at(-1)?.kind !== "string" : BEFORE_VALUE.test(code);
    const regex = isValue ? take(REGEX) : undefined;
    if (regex) {
      add("regex", regex[0]);
      continue;
    }
    const char = text[at++] ?? "";
    const braces = open.at(-1);
    if (char === "`") addTemplate();
    else if (char === "}" && braces === 0) {
      open.pop();
      addTemplate();
    } else {
      if (braces !== undefined && (char === "{" || char === "}"))
        open[open.length - 1] = braces + (char === "{" ? 1 : -1);
      code += char;
    }
  }
  if (code !== "") pieces.push({ kind: "code", text: code });
  return pieces;
}

/** What a source file imports: also for its effects only, later, as a type, or to export it again. */
export function specifiersOf(text: string): string[] {
  let before = "";
  return piecesOf(text).flatMap(({ kind, text: piece }) => {
    const isImport =
      kind === "string" && /(?:[\s}*]from|\bimport|\b(?:import|require)\s*\()\s*$/.test(before);
    if (kind !== "comment") before = kind === "code" ? before + piece : "";
    return isImport ? [piece] : [];
  });
}

/** What reaches the world without an import: clock, chance, network, process, timers. */
const WORLD =
  /\bDate\s*\.\s*now\b|\bnew Date\b(?!\s*\()|\bnew Date\s*\(\s*\)|(?<![.\w]|new )Date\s*\(|\bMath\s*\.\s*random\b|(?<![.\w])(?:fetch|process|performance|crypto|globalThis|setTimeout|setInterval|setImmediate|queueMicrotask|XMLHttpRequest|WebSocket|require)\b(?!\??\s*:)|\bAbortSignal\s*\.\s*timeout\b|\b(?:randomUUID|randomBytes|randomInt|getRandomValues)\b/g;

/** The words of a source file by which it reaches the world; what stands in comments, strings and patterns is none. */
export function worldIn(text: string): string[] {
  const code = piecesOf(text)
    .map((piece) => (piece.kind === "code" ? piece.text : piece.kind === "comment" ? " " : '""'))
    .join("");
  return [...code.matchAll(WORLD)].map(([word]) => word.replaceAll(/\s+/g, " "));
}
