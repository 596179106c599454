import { type ApiAnswer, type Form, type Line, linesOf } from "./remote.ts";
import { printTable } from "./table.ts";

export type Output = "table" | "json" | "csv" | "ndjson";

/** Writes answers to stdout in one format. */
export interface Printer {
  /** The format to request pages in: except for CSV these are lines, which keep the digits of every number. */
  readonly form: Form;
  /** Requests a single answer in the format in which it is shown unchanged, and shows it. */
  one(ask: (form: Form) => Promise<ApiAnswer>): Promise<ApiAnswer>;
  /** Shows one page of many, and returns it. */
  page(page: ApiAnswer): ApiAnswer;
  /** Shows some records. */
  lines(lines: readonly Line[]): void;
  /** Closes the document, after all pages or as many as there are. */
  end(): void;
}

const write = (text: string) => void process.stdout.write(text);

/** `isBom`: CSV begins with a byte order mark. */
export function openPrinter(output: Output, isBom: boolean): Printer {
  if (output === "csv") return csvPrinter(isBom ? "\ufeff" : "");
  return linePrinter(output);
}

function csvPrinter(start: string): Printer {
  let isFirst = true;
  const page = (answer: ApiAnswer) => {
    // Only the first page of a spreadsheet has a header row.
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
