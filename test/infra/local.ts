import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** The local runner as a child process. */
export interface Runner {
  readonly child: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
  /** Resolves once it has printed this; rejects when it ends before. */
  printed(text: string): Promise<void>;
  /** Sends a signal and gives the exit code, and how many milliseconds that took. */
  stop(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the script of `npm start` with these flags, and with nothing in its environment but these variables, PATH, and
 * where the compiled modules are kept.
 */
export function startRunner(
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Runner {
  const script = new URL("../../infra/local/start.ts", import.meta.url).pathname;
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [script, ...flags], {
    env: { PATH, NODE_COMPILE_CACHE, ...environment },
  });
  const exit = once(child, "close");
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part) => (text += part));
  const stop = async (signal: NodeJS.Signals) => {
    const startedMs = Date.now();
    child.kill(signal);
    await exit;
    return { code: child.exitCode, ms: Date.now() - startedMs };
  };
  return {
    child,
    output: () => text,
    printed: async (wanted) => {
      while (!text.includes(wanted)) {
        if (child.exitCode !== null) throw new Error(`it ended, and said: ${text}`);
        await Promise.race([once(child.stdout, "data"), exit]);
      }
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await stop("SIGKILL");
    },
  };
}

/** Below those that the system gives to whoever asks for any: nobody else is given one before it is used. */
const PORTS = { from: 20_000, count: 10_000 };
let tried = 20 * process.pid;

/** A port that is free now, and that no other test is given. */
export async function freePort(): Promise<string> {
  for (;;) {
    const port = PORTS.from + (tried++ % PORTS.count);
    const server = createServer().listen(port);
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return String(port);
  }
}
