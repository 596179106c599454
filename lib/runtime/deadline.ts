import { type Clock, systemClock } from "./clock.ts";
import { BusyError } from "./errors.ts";

/**
 * What the work gives, if it does within so many milliseconds. Throws BusyError when it does not; the work is then left
 * to end by itself, and what becomes of it is nobody's concern: it must be of a kind that may be left.
 */
export async function within<T>(
  ms: number,
  work: () => Promise<T>,
  clock: Pick<Clock, "sleep"> = systemClock,
): Promise<T> {
  const over = new AbortController();
  const late = clock.sleep(ms, over.signal).then((): never => {
    throw new BusyError(`there was no answer within ${ms} ms`);
  });
  late.catch(() => {});
  const working = work();
  working.catch(() => {});
  try {
    return await Promise.race([working, late]);
  } finally {
    over.abort();
  }
}
