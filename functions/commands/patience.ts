import { type ApiAnswer, TemporaryError } from "./remote.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export interface RetryPatience {
  /** How many times in a row the same request may fail. */
  readonly mostAttempts: number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Called with each fault that is waited out. */
  readonly onFault: (message: string) => void;
}

/**
 * How long to wait before the attempt after this one (counted from 0), in milliseconds: at least what the endpoint asks
 * for, otherwise doubling. Randomness spreads clients that failed together.
 */
export function waitAfter(attempt: number, retryAfterMs: number | undefined, random: () => number): number {
  const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return retryAfterMs === undefined
    ? doubled * (0.5 + random() / 2)
    : retryAfterMs + random() * FIRST_WAIT_MS;
}

/**
 * Asks until there is an answer, and waits out what may pass: too many requests, 5xx, network errors. Throws the last
 * fault if it persists, and at once anything that will not pass. `isFirst`: until the first answer, an unreachable
 * endpoint is reported at once, since its address may be wrong.
 */
export async function persist(
  ask: () => Promise<ApiAnswer>,
  isFirst: boolean,
  { mostAttempts, random, wait, onFault }: RetryPatience,
): Promise<ApiAnswer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TemporaryError) || attempt + 1 >= mostAttempts) throw error;
      if (isFirst && !error.isTooMany) throw error;
      const ms = waitAfter(attempt, error.retryAfterMs, random);
      onFault(`${error.message.trim()} (again in ${Math.ceil(ms / 1000)} s)`);
      await wait(ms);
    }
  }
}
