/** What a code means, and what to do about it. */
export interface Explanation {
  readonly group: string;
  readonly id: string;
  readonly name: string;
  readonly meaning: string;
  /** What to do about it; "" if there is nothing to do. */
  readonly todo: string;
  /** For an error: is it permanent or temporary? */
  readonly lasts?: string | undefined;
}

/** Parses a table with a header row and tab-separated columns. */
export function parseTable(text: string): Explanation[] {
  const [header = [], ...rows] = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
  return rows.map(
    (row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ""])) as unknown as Explanation,
  );
}

/** Is the advice for a code to send the message again: now, later or changed? */
export const isToSendAgain = (todo: string): boolean => /(?<!not )send (it again|more slowly)/i.test(todo);

/** A status or an error, as far as it matters here. */
export interface Code {
  readonly id?: number;
  readonly name?: string;
  readonly groupName?: string;
}

/** The entry for a code: by name and group, else by name, else by group and id, since ids alone are ambiguous. */
export function explanationOf(
  table: readonly Explanation[],
  code: Code | undefined,
): Explanation | undefined {
  if (!code) return undefined;
  const isOfGroup = ({ group }: Explanation) =>
    group === "" || group.toUpperCase() === code.groupName?.toUpperCase();
  const named = table.filter(({ name }) => name === code.name);
  const numbered = table.filter(({ id }) => id === String(code.id));
  return named.find(isOfGroup) ?? named[0] ?? (code.name ? undefined : numbered.find(isOfGroup));
}
