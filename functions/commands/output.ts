import { type ApiAnswer, type Form, type Line, linesOf } from "./remote.ts";
import { printTable } from "./table.ts";

export type Output = "table" | "json" | "csv" | "ndjson";

/** Writes answers to stdout, in one form. */
export interface Printer {
  /** The form to ask pages in: all but CSV are made of lines, in which every number keeps its digits. */
  readonly form: Form;
  /** Asks in the form in which a single answer is shown as it came, and shows it. */
  one(ask: (form: Form) => Promise<ApiAnswer>): Promise<ApiAnswer>;
  /** Shows one page of many, and gives it back. */
  page(page: ApiAnswer): ApiAnswer;
  /** Shows some records. */
  lines(lines: readonly Line[]): void;
  /** Ends the document of many pages, as far as they have come. */
  end(): void;
}

const write = (text: string) => void process.stdout.write(text);

/** `isBom`: a CSV begins with a byte order mark. */
export function openPrinter(output: Output, isBom: boolean): Printer {
  if (output === "csv") return csvPrinter(isBom ? "\ufeff" : "");
  return linePrinter(output);
}

function csvPrinter(start: string): Printer {
  let isFirst = true;
  const page = (answer: ApiAnswer) => {
    // Of the pages of one spreadsheet only the first has a header row.
    write(isFirst ? start + answer.body : answer.body.slice(answer.body.indexOf("\n") + 1));
    isFirst = false;
    return answer;
  };
  const one = async (ask: (form: Form) => Promise<ApiAnswer>) => page(await ask("csv"));
  return { form: "csv", one, page, lines: () => {}, end: () => {} };
}

function linePrinter(output: "table" | "json" | "ndjson"): Printer {
  let isFirst = true;
  let isOpen = false;
  const lines = (shown: readonly Line[]) => {
    if (output === "table") {
      const records = shown.map(({ record }) => record);
      printTable(records, isFirst);
    } else if (output === "ndjson") write(shown.map(({ text }) => `${text}\n`).join(""));
    else {
      if (!isOpen) write('{"results":[');
      isOpen = true;
      write(shown.map(({ text }, n) => (isFirst && n === 0 ? text : `,\n${text}`)).join(""));
    }
    isFirst &&= shown.length === 0 && output === "json";
  };
  const page = (answer: ApiAnswer) => {
    lines(linesOf(answer));
    return answer;
  };
  return {
    form: "ndjson",
    one: async (ask) => {
      if (output !== "json") return page(await ask("ndjson"));
      const answer = await ask("json");
      write(`${answer.body}\n`);
      return answer;
    },
    page,
    lines,
    end: () => {
      if (isOpen) write("]}\n");
      isOpen = false;
    },
  };
}
