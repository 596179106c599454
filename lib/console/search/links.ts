import { hrefOf } from "../navigation.ts";
import { printQuery, type Term } from "./query.ts";

/** The address of the messages that meet these. */
export const hrefOfMessages = (...terms: readonly Term[]): string =>
  hrefOf({ view: "messages", q: printQuery(terms) });
