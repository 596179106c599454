/** A job that runs at once and then again and again, never beside itself, as a Lambda of concurrency 1 does. */
export interface Schedule {
  /** Stops it, and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Runs a job every so many milliseconds. A run that fails has said so in its log; the next one comes all the same. */
export function every(intervalMs: number, job: () => Promise<unknown>): Schedule {
  let running: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  const run = () => {
    if (isRunning) return;
    isRunning = true;
    running = job()
      .catch(() => {})
      .finally(() => {
        isRunning = false;
      });
  };
  run();
  const timer = setInterval(run, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
