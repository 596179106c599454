import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const EVERY_MS = 250;

/**
 * Ends this process when npm, which started it through a shell, was killed: a SIGKILL does not reach npm's children,
 * and a leftover process would keep the port. It is safe to end at any moment, just as for a kill.
 */
export function endWithParent(environment: NodeJS.ProcessEnv): void {
  if (environment.npm_lifecycle_event !== "start") return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid !== shell || (npm !== undefined && !isAlive(npm))) process.exit(1);
  }, EVERY_MS);
  timer.unref();
}

/** The parent of a process; undefined if neither /proc nor `ps` tells. */
function parentOf(pid: number): number | undefined {
  try {
    // The name, in parentheses, may contain anything; the parent is the second field after it.
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    try {
      return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(pid)]).toString()) || undefined;
    } catch {
      return undefined;
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
