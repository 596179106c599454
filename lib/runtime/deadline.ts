import { type Clock, systemClock } from "./clock.ts";
import { BusyError } from "./errors.ts";

/**
 * The result of some work, if it arrives within so many milliseconds. Otherwise throws BusyError; the work goes on, and
 * its outcome is ignored, so it must be of a kind for which that is safe.
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
