import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";

/** The environment of everything that is started here: this very Node first, whatever the machine has. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, ...more };
}

export interface RunOptions extends SpawnOptions {
  readonly timeoutMs: number;
  /** For its standard input; default nothing. */
  readonly input?: string;
}

/** Runs a command to its end, and gives what it printed. Throws, with its last lines, when it fails or takes too long. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: "pipe" });
  child.stdin?.end(options.input);
  let printed = "";
  const collect = (chunk: Buffer) => {
    printed += chunk;
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const timer = setTimeout(kill, options.timeoutMs);
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit, signal) => resolve(signal ?? exit));
  }).finally(() => {
    clearTimeout(timer);
    process.off("exit", kill);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${code}\n${printed.slice(-6_000)}`);
  return printed;
}

/** Ends a process and what it started, which must be a group of its own (`detached`). */
export async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const isOver = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
  signal(-pid, "SIGTERM");
  await Promise.race([isOver, afterMs(5_000)]);
  signal(-pid, "SIGKILL");
  await Promise.race([isOver, afterMs(5_000)]);
}

/** Signals a process, or with a negative id its group. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

export function afterMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Tries until it gives something other than undefined. Throws what the last try threw, or that it took too long. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  let reason: unknown;
  while (Date.now() < endMs) {
    try {
      const found = await attempt();
      if (found !== undefined) return found;
      reason = undefined;
    } catch (error) {
      reason = error;
    }
    await afterMs(500);
  }
  throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}`, { cause: reason });
}
