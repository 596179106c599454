import { hrefOf } from "../navigation.ts";
import { printQuery, type Term } from "./query.ts";

/** The URL of the messages that meet these conditions. */
export const hrefOfMessages = (...terms: readonly Term[]): string =>
  hrefOf({ view: "messages", q: printQuery(terms) });
