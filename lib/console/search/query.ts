import { CHANNELS, isPhoneNumber, STATUS_VALUES, WORD_NAMES, WORD_TABLE, type WordName } from "./words.ts";

/** One condition. Several with the same word mean any of them; conditions with different words must all be met. */
export interface Term {
  readonly word: WordName;
  readonly value: string;
}

/** A part of the text that was not understood, and why. */
export interface Misread {
  readonly text: string;
  readonly reason: string;
}

export interface Query {
  readonly terms: readonly Term[];
  readonly misread: readonly Misread[];
}

/** Other names that people try. */
const ALIASES: Readonly<Record<string, WordName>> = {
  recipient: "to",
  sender: "from",
  message: "id",
  messageid: "id",
  bulkid: "bulk",
  mccmnc: "network",
  after: "since",
  before: "until",
};

const PART = /(?:([A-Za-z]+):)?(?:"((?:[^"\\]|\\.)*)"|(\S+))/g;

/** Parses the text of the search box. A plain number, address, id, channel or status needs no word in front. */
export function parseQuery(text: string): Query {
  const whole = text.trim();
  if (isPhoneNumber(whole)) return { terms: [termOf("to", whole)].flatMap(isTerm), misread: [] };
  const parts = [...whole.matchAll(PART)].map(([part, word, quoted, plain]) =>
    readPart(part, word, unquoted(quoted, plain)),
  );
  const terms = parts.flatMap(isTerm);
  return {
    terms: terms.filter((term, at) => !terms.slice(0, at).some((other) => isSame(other, term))),
    misread: parts.flatMap((part) => (isTerm(part).length > 0 ? [] : [part as Misread])),
  };
}

const isTerm = (part: Term | Misread) => ("word" in part ? [part] : []);
const isSame = (a: Term, b: Term) => a.word === b.word && a.value === b.value;

function readPart(part: string, word: string | undefined, value: string): Term | Misread {
  if (word === undefined) return termOf(guess(value), value);
  const name = ALIASES[word.toLowerCase()] ?? WORD_NAMES.find((each) => each === word.toLowerCase());
  if (name) return termOf(name, value);
  return {
    text: part,
    reason: `“${word}:” is not a word of this search. There are ${WORD_NAMES.join(", ")}.`,
  };
}

function termOf(word: WordName, value: string): Term | Misread {
  const kept = WORD_TABLE[word].read(value);
  if (kept !== undefined) return { word, value: kept };
  return { text: `${word}:${value}`, reason: `“${word}:” takes ${WORD_TABLE[word].allowed}.` };
}

/** Replaces some terms of a text, and leaves everything else as it was typed. */
export function withTerms(text: string, change: (term: Term) => Term): string {
  return text.replace(PART, (part, word, quoted, plain) => {
    const term = readPart(part, word, unquoted(quoted, plain));
    const changed = "word" in term ? change(term) : term;
    return "word" in changed && changed !== term ? printQuery([changed]) : part;
  });
}

const unquoted = (quoted: string | undefined, plain = "") => quoted?.replace(/\\(.)/g, "$1") ?? plain;

/** The word that a value without one most likely belongs to. */
function guess(value: string): WordName {
  if (value.includes("@") || isPhoneNumber(value)) return "to";
  if (CHANNELS.includes(value.toUpperCase())) return "channel";
  if (STATUS_VALUES.some((each) => each.toLowerCase() === value.toLowerCase())) return "status";
  if (/^(PENDING|UNDELIVERABLE|DELIVERED|EXPIRED|REJECTED)_[A-Z_]+$/.test(value)) return "status";
  return /^EC_[A-Z0-9_]+$/.test(value) ? "error" : "id";
}

/** A text that is parsed as these terms again. */
export function printQuery(terms: readonly Term[]): string {
  return terms.map(({ word, value }) => `${word}:${quoted(value)}`).join(" ");
}

function quoted(value: string): string {
  return /[\s"\\]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}

/** Adds a term. For words that have a single value in each message, it replaces the previous one. */
export function withTerm(terms: readonly Term[], term: Term): Term[] {
  const isTime = term.word === "since" || term.word === "until";
  const others = terms.filter((each) => !isSame(each, term) && !(isTime && each.word === term.word));
  return [...others, term];
}

/** Removes a term. */
export function withoutTerm(terms: readonly Term[], term: Term): Term[] {
  return terms.filter((each) => !isSame(each, term));
}
