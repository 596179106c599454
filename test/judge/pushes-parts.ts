import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "./run.ts";

/** A process that can be killed and started again, at the same port and on the same disk. */
export class Part {
  readonly #start: () => ChildProcess;
  #child: ChildProcess | undefined;

  constructor(start: () => ChildProcess) {
    this.#start = start;
  }

  start(): void {
    const child = this.#start();
    process.once("exit", () => child.kill("SIGKILL"));
    this.#child = child;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }
}

/** What is pulled: reports that wait at their endpoints, once each. The logs know nothing, and can make up for nothing. */
export async function startPulled(queues: Readonly<Record<string, object[]>>) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://judge");
    const endpoint = /^\/(\w+)\/1\/reports$/.exec(pathname)?.[1] ?? "";
    const results = queues[endpoint]?.splice(0, Number(searchParams.get("limit") ?? 50)) ?? [];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ results }));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    waiting: () => Object.values(queues).flat().length,
    close: () => server.close().closeAllConnections(),
  };
}

/** Waits until somebody answers there, whatever it is. */
export async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const isThere = await fetch(url).then(
      (answer) => answer.arrayBuffer().then(() => true),
      () => false,
    );
    if (isThere) return;
    await sleep(50);
  }
  throw new Error(`nobody answers at ${url}`);
}
