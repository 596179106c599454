import { CHANNELS, STATUS_VALUES, WORD_NAMES, WORD_TABLE } from "./words.ts";

/** A suggestion to replace what is being typed. */
export interface Suggestion {
  readonly text: string;
  readonly hint: string;
}

const TIMES = ["1h", "24h", "7d", "today", "yesterday"];
const MOST = 10;

/** Suggestions for the last part of the text: words, or values of a word. */
export function suggest(text: string, errorNames: readonly string[]): Suggestion[] {
  const typed = lastPart(text);
  const at = typed.indexOf(":");
  if (at < 0) {
    const words = WORD_NAMES.filter((word) => word.startsWith(typed.toLowerCase()));
    return words.map((word) => ({ text: `${word}:`, hint: WORD_TABLE[word].hint }));
  }
  const [word, begun] = [typed.slice(0, at).toLowerCase(), typed.slice(at + 1).toUpperCase()];
  const values = valuesOf(word, errorNames).filter((value) => value.toUpperCase().includes(begun));
  return values.slice(0, MOST).map((value) => ({ text: `${word}:${value} `, hint: "" }));
}

/** The text with its last part replaced by a suggestion. */
export function accept(text: string, suggestion: Suggestion): string {
  return text.slice(0, text.length - lastPart(text).length) + suggestion.text;
}

const lastPart = (text: string) => /\S*$/.exec(text)?.[0] ?? "";

function valuesOf(word: string, errorNames: readonly string[]): readonly string[] {
  if (word === "status") return STATUS_VALUES;
  if (word === "channel") return CHANNELS;
  if (word === "since" || word === "until") return TIMES;
  return word === "error" ? errorNames : [];
}
