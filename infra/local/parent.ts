/**
 * Ends this process when npm, which started it, has been killed: a SIGKILL does not reach npm's children, and what is
 * left over would keep the port. Nothing is lost by ending at once, which is what a kill is.
 */
export function endWithParent(environment: NodeJS.ProcessEnv): void {
  if (environment.npm_lifecycle_event !== "start") return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 250);
  timer.unref();
}
