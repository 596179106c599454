import type { MessageRecord } from "../../message/record.ts";
import { momentOf } from "./moments.ts";
import type { Term } from "./query.ts";
import { type LogsParameters, WORD_NAMES, WORD_TABLE, type WordName } from "./words.ts";

/** What a query asks of the archive. */
export interface Requests {
  /** One question for each combination of values: `/omni/1/logs` takes one status, one channel. No message meets two. */
  readonly questions: readonly LogsParameters[];
  /** The conditions that the archive has no filter for. */
  readonly sifted: readonly Term[];
}

/** More combinations than these are not asked for. */
const MOST_QUESTIONS = 12;

/** The words of which the archive takes several values, separated by commas. */
const SEVERAL: readonly WordName[] = ["id", "bulk"];

/** The questions of a query; undefined when they are too many. */
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
  // Where one value of a word is sifted, the others of that word are met as well: any of them is meant.
  const sifted = terms.filter(({ word }) => terms.some((term) => term.word === word && isSifted(term)));
  return questions.length > MOST_QUESTIONS ? undefined : { questions, sifted };
}

const valuesOf = (terms: readonly Term[], word: WordName) =>
  terms.filter((term) => term.word === word).map(({ value }) => value);

function isSifted({ word, value }: Term): boolean {
  return !WORD_TABLE[word].ask || (word === "status" && value.includes("_"));
}

/** The values without those that others hold: no message may come as the answer to two questions. */
function widest(word: WordName, values: readonly string[], nowMs: number): readonly string[] {
  if (word === "network")
    return values.filter((value) => value.length === 3 || !values.includes(value.slice(0, 3)));
  if (word !== "since" && word !== "until") return values;
  const isSince = word === "since";
  const msFor = (value: string) => momentOf(value, isSince ? "start" : "end", nowMs) ?? 0;
  return values.toSorted((a, b) => (isSince ? msFor(a) - msFor(b) : msFor(b) - msFor(a))).slice(0, 1);
}

/** Does a report meet these terms: of each word, one? */
export function meets(terms: readonly Term[], record: MessageRecord, nowMs: number): boolean {
  return WORD_NAMES.every((word) => {
    const own = terms.filter((term) => term.word === word);
    return own.length === 0 || own.some(({ value }) => WORD_TABLE[word].matches(value, record, nowMs));
  });
}
