/** What a code means, and what to do about it. */
export interface Explanation {
  readonly group: string;
  readonly id: string;
  readonly name: string;
  readonly meaning: string;
  /** What to do about it; "" when there is nothing to do. */
  readonly todo: string;
  /** Of an error: does it last, or pass? */
  readonly lasts?: string | undefined;
}

/** Reads a table with a header row, its columns between tabs. */
export function parseTable(text: string): Explanation[] {
  const [header = [], ...rows] = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
  return rows.map(
    (row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ""])) as unknown as Explanation,
  );
}

/** Whether what to do about a code is to send the message again, now, later or otherwise. */
export const isToSendAgain = (todo: string): boolean => /(?<!not )send (it again|more slowly)/i.test(todo);

/** A status or an error, as far as it matters here. */
export interface Code {
  readonly id?: number;
  readonly name?: string;
  readonly groupName?: string;
}

/** The entry of a code: by its name and group, else by its name, else by group and id; ids alone mean several things. */
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
