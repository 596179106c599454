import { computed, signal } from "@preact/signals";
import errorsPath from "./errors.tsv";
import statusesPath from "./statuses.tsv";
import { type Code, type Explanation, explanationOf, parseTable } from "./tables.ts";

const tables = signal<{ statuses: Explanation[]; errors: Explanation[] }>({ statuses: [], errors: [] });
let loading: Promise<void> | undefined;

/** Fetches the tables once. Until they are loaded nothing is explained, and everything else works. */
export function loadExplanations(): Promise<void> {
  loading ??= Promise.all([fetchTable(statusesPath), fetchTable(errorsPath)]).then(([statuses, errors]) => {
    tables.value = { statuses, errors };
  });
  return loading;
}

async function fetchTable(path: string): Promise<Explanation[]> {
  try {
    const response = await fetch(new URL(path, import.meta.url));
    return response.ok ? parseTable(await response.text()) : [];
  } catch {
    loading = undefined;
    return [];
  }
}

export const explainStatus = (code: Code): Explanation | undefined =>
  explanationOf(tables.value.statuses, code);
export const explainError = (code: Code | undefined): Explanation | undefined =>
  explanationOf(tables.value.errors, code);
/** The names that may be typed after `error:`. */
export const errorNames = computed(() => tables.value.errors.map(({ name }) => name));
