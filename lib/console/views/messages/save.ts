import { parseQuery } from "../../search/query.ts";

/** Saves a file for the reader. Its name tells what it contains and which part, but never a recipient. */
export function save(blob: Blob, text: string, part?: number | string): void {
  const shown = parseQuery(text).terms.filter(({ word }) => ["status", "channel", "network"].includes(word));
  const parts = part === undefined ? [] : [`part-${part}`];
  const name = ["messages", ...shown.map(({ value }) => value), ...parts].join("-").toLowerCase();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name.replace(/[^a-z0-9_-]+/g, "-")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
