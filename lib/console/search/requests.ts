import type { MessageRecord } from "../../message/record.ts";
import { momentOf } from "./moments.ts";
import type { Term } from "./query.ts";
import { type LogsParameters, WORD_NAMES, WORD_TABLE, type WordName } from "./words.ts";

/** What a query asks the archive for. */
export interface Requests {
  /**
   * One question per combination of values, since `/omni/1/logs` accepts one status and one channel. No message matches
   * two of them.
   */
  readonly questions: readonly LogsParameters[];
  /** The conditions for which the archive has no filter, so that they are checked here. */
  readonly sifted: readonly Term[];
}

/** The most combinations that are asked for. */
const MOST_QUESTIONS = 12;

/** The words for which the archive accepts several values, separated by commas. */
const SEVERAL: readonly WordName[] = ["id", "bulk"];

/** The questions for a query; undefined if they are too many. */
export function requestsOf(terms: readonly Term[], nowMs: number): Requests | undefined {
  let questions: LogsParameters[] = [{}];
  for (const word of WORD_NAMES) {
    const values = widest(word, valuesOf(terms, word), nowMs);
    const { ask } = WORD_TABLE[word];
    if (values.length === 0 || !ask) continue;
    const asked = SEVERAL.includes(word)
      ? ask(values.join(","), nowMs)
      : values.flatMap((value) => ask(value, nowMs));
    const choices = [...new Map(asked.map((one) => [JSON.stringify(one), one])).values()];
    questions = questions.flatMap((question) => choices.map((choice) => ({ ...question, ...choice })));
  }
  // If one value of a word is checked here, all its values are, since any of them may match.
  const sifted = terms.filter(({ word }) => terms.some((term) => term.word === word && isSifted(term)));
  return questions.length > MOST_QUESTIONS ? undefined : { questions, sifted };
}

const valuesOf = (terms: readonly Term[], word: WordName) =>
  terms.filter((term) => term.word === word).map(({ value }) => value);

function isSifted({ word, value }: Term): boolean {
  return !WORD_TABLE[word].ask || (word === "status" && value.includes("_"));
}

/** Drops values that others include: no message may be the answer to two questions. */
function widest(word: WordName, values: readonly string[], nowMs: number): readonly string[] {
  if (word === "network")
    return values.filter((value) => value.length === 3 || !values.includes(value.slice(0, 3)));
  if (word !== "since" && word !== "until") return values;
  const isSince = word === "since";
  const msFor = (value: string) => momentOf(value, isSince ? "start" : "end", nowMs) ?? 0;
  return values.toSorted((a, b) => (isSince ? msFor(a) - msFor(b) : msFor(b) - msFor(a))).slice(0, 1);
}

/** Does a report meet these terms, that is, at least one term of each word? */
export function meets(terms: readonly Term[], record: MessageRecord, nowMs: number): boolean {
  return WORD_NAMES.every((word) => {
    const own = terms.filter((term) => term.word === word);
    return own.length === 0 || own.some(({ value }) => WORD_TABLE[word].matches(value, record, nowMs));
  });
}
