const MINUTE_MS = 60_000;

/** As often is a push repeated that was not taken; after that it is lost. */
const MOST_RETRIES = 20;

/**
 * How long after one attempt the next one comes, in milliseconds: 1 min + 1 min × n², n from 0 (Infobip's OpenAPI document,
 * wherever a `notifyUrl` is). The retries are so 1, 3, 8, 18, 35, 61, 98 min … after the first attempt, and the 20th,
 * which is the last, 41 h 30 min after it.
 */
export function retryDelays(): number[] {
  return Array.from({ length: MOST_RETRIES }, (_, n) => MINUTE_MS + MINUTE_MS * n * n);
}
