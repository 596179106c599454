/** A job that runs at once and then repeatedly, one run at a time, like a Lambda with concurrency 1. */
export interface Schedule {
  /** Stops it, and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Runs a job at an interval. A run that fails logs that itself, and the next one follows all the same. */
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
