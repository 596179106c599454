import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { end, environment, run, signal, until } from "./processes.ts";

/** The one that this was written against; another may have another set of faults. */
const VERSION = "1.5.33";
/** Its commands that we use are those of version 2, but for `aws logs tail`; version 2 is not to be had from pip. */
const AWS_CLI = "1.45.11";
const CACHE = resolve(import.meta.dirname, "../../.cache");

/** An AWS on this machine, empty at first. */
export interface MiniStack {
  readonly endpoint: string;
  /** What points the AWS tools and clients to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: string;
  /** The folder with the \`aws\` command. */
  readonly programs: string;
  stop(): Promise<void>;
}

/**
 * Puts a Python program into a virtual environment of its own, once, and gives the folder that it is in: two of them do
 * not agree on what they need. Needs Python 3.10 or newer as `python3`.
 */
async function install(name: string, version: string, program = name): Promise<string> {
  const venv = join(CACHE, `${name}-${version}`);
  const folder = join(venv, "bin");
  if (existsSync(join(folder, program))) return folder;
  await mkdir(venv, { recursive: true });
  await run("python3", ["-m", "venv", venv], { timeoutMs: 120_000 });
  await run(join(folder, "pip"), ["install", "--quiet", `${name}==${version}`], { timeoutMs: 300_000 });
  return folder;
}

/** Installs MiniStack if it is missing and starts it on a free port. */
export async function startMiniStack(): Promise<MiniStack> {
  const program = join(await install("ministack", VERSION), "ministack");
  const programs = await install("awscli", AWS_CLI, "aws");
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "omnilog-ministack-"));
  const log = join(folder, "ministack.log");
  const out = openSync(log, "w");
  const child = spawn(program, [], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", out, out],
    env: environment({
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      TMPDIR: folder,
      S3_DATA_DIR: join(folder, "s3"),
    }),
  });
  // It is a group of its own, which Ctrl-C does not reach.
  const kill = () => signal(-(child.pid ?? process.pid), "SIGKILL");
  process.once("exit", kill);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await end(child);
    process.off("exit", kill);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  await awaitHealth(endpoint, child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { endpoint, environment: clientEnvironment(endpoint), log, programs, stop };
}

async function awaitHealth(endpoint: string, child: ChildProcess): Promise<void> {
  await until("MiniStack answers", 60_000, async () => {
    if (child.exitCode !== null) throw new Error(`MiniStack ended with ${child.exitCode}`);
    return (await fetch(`${endpoint}/_ministack/health`)).ok ? true : undefined;
  });
}

function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-central-1",
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_DISABLE_NOTICES: "1",
  };
}

function freePort(): Promise<number> {
  return new Promise((found, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? found(address.port) : reject(address)));
    });
  });
}
