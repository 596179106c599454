import { type ChildProcess, spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";

/** Starts a command as npm does; `environment` is added to ours, and `undefined` takes a variable away. */
export function startCommand(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  const { FORCE_COLOR: _, ...inherited } = process.env;
  return spawn(process.execPath, [`functions/commands/${command}.ts`, ...args], {
    env: { ...inherited, ...environment },
  });
}

/** Runs a command to its end. */
export async function runCommand(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
) {
  const child = startCommand(command, args, environment);
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (!child.stdout || !child.stderr) throw new Error("a command has no output");
  const [out, err, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), exit]);
  // Not by `text`, which takes a byte order mark away.
  return { out: out.toString(), err: err.toString(), code };
}
