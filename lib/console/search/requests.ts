import type { MessageRecord } from "../../message/record.ts";
import type { Term } from "./query.ts";
import { type Asked, WORD_NAMES, WORD_TABLE, type WordName } from "./words.ts";

/** What a query asks of the archive. */
export interface Requests {
  /** One question for each combination of values: `/omni/1/logs` takes one status, one channel. No message meets two. */
  readonly questions: readonly Asked[];
  /** The conditions that the archive has no filter for. */
  readonly sifted: readonly Term[];
}

/** More combinations than these are not asked for. */
const MOST_QUESTIONS = 12;

/** The words of which the archive takes several values, separated by commas. */
const SEVERAL: readonly WordName[] = ["id", "bulk"];

/** The questions of a query; undefined when they are too many. */
export function requestsOf(terms: readonly Term[], nowMs: number): Requests | undefined {
  let questions: Asked[] = [{}];
  for (const word of WORD_NAMES) {
    const values = terms.filter((term) => term.word === word).map(({ value }) => value);
    const { ask } = WORD_TABLE[word];
    if (values.length === 0 || !ask) continue;
    const asked = SEVERAL.includes(word)
      ? ask(values.join(","), nowMs)
      : values.flatMap((value) => ask(value, nowMs));
    const choices = [...new Map(asked.map((one) => [JSON.stringify(one), one])).values()];
    questions = questions.flatMap((question) => choices.map((choice) => ({ ...question, ...choice })));
  }
  return questions.length > MOST_QUESTIONS ? undefined : { questions, sifted: terms.filter(isSifted) };
}

function isSifted({ word, value }: Term): boolean {
  return !WORD_TABLE[word].ask || (word === "status" && value.includes("_"));
}

/** Does a report meet these terms: of each word, one? */
export function meets(terms: readonly Term[], record: MessageRecord, nowMs: number): boolean {
  return WORD_NAMES.every((word) => {
    const own = terms.filter((term) => term.word === word);
    return own.length === 0 || own.some(({ value }) => WORD_TABLE[word].matches(value, record, nowMs));
  });
}
