import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/**
 * Amazon's own DynamoDB Local: the only imitation that counts capacity units exactly, those of indexes included. It is
 * taken from Maven Central, or else out of an npm package that carries it, and kept under .cache/.
 */
const CACHE = join(import.meta.dirname, "../../.cache/dynamodb-local");
const VERSION = "2.6.1";
const CARRIER = "amplify-dynamodb-simulator@2.9.30";
const MAIN_CLASS = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner";
const START_MS = 30_000;

export interface LocalDynamoDb {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts it, in memory, on a free port. Throws, with what to do, when Java is missing or it cannot be obtained. */
export async function startDynamoDbLocal(): Promise<LocalDynamoDb> {
  if (!canRun("java", ["-version"]))
    throw new Error("the bench needs Java 17 or newer on the PATH, to run DynamoDB Local");
  const { classPath, libraries } = obtain();
  const port = await freePort();
  const child = spawn(
    "java",
    [
      "-XX:TieredStopAtLevel=1",
      "-Xmx3g",
      `-Djava.library.path=${libraries}`,
      "-cp",
      classPath,
      MAIN_CLASS,
      ...["-inMemory", "-port", String(port), "-disableTelemetry"],
    ],
    { stdio: "ignore" },
  );
  const kill = () => void child.kill();
  process.once("exit", kill);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, child);
  return {
    endpoint,
    stop: () => {
      process.off("exit", kill);
      child.kill();
      return gone;
    },
  };
}

interface Installation {
  readonly classPath: string;
  readonly libraries: string;
}

function obtain(): Installation {
  const found = installed();
  if (found) return found;
  mkdirSync(CACHE, { recursive: true });
  console.error("fetching DynamoDB Local (once) …");
  for (const fetch of [fetchWithMaven, fetchWithNpm]) {
    try {
      fetch();
      const installation = installed();
      if (installation) return installation;
    } catch (error) {
      console.error(`${fetch.name}: ${String(error).split("\n")[0]}`);
    }
  }
  throw new Error("DynamoDB Local could not be obtained, neither with mvn nor with npm");
}

function installed(): Installation | undefined {
  const jars = join(CACHE, "jars");
  if (existsSync(jars)) return { classPath: join(jars, "*"), libraries: jars };
  const carried = join(CACHE, "package/emulator");
  const jar = existsSync(carried) && readdirSync(carried).includes("DynamoDBLocal.jar");
  if (!jar) return undefined;
  return {
    classPath: [join(carried, "DynamoDBLocal.jar"), join(carried, "DynamoDBLocal_lib", "*")].join(":"),
    libraries: join(carried, "DynamoDBLocal_lib"),
  };
}

function fetchWithMaven(): void {
  const unfinished = join(CACHE, "unfinished");
  rmSync(unfinished, { recursive: true, force: true });
  const pom = join(CACHE, "pom.xml");
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>omnilog</groupId><artifactId>bench</artifactId><version>1</version><dependencies><dependency>
<groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>${VERSION}</version>
</dependency></dependencies></project>`,
  );
  const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${unfinished}`, "-DincludeScope=runtime"];
  execFileSync("mvn", ["-q", "-f", pom, ...goal], { stdio: "ignore", timeout: 600_000 });
  renameSync(unfinished, join(CACHE, "jars"));
}

function fetchWithNpm(): void {
  const packed = execFileSync("npm", ["pack", "--silent", CARRIER], { cwd: CACHE, timeout: 600_000 });
  execFileSync("tar", ["xzf", packed.toString().trim()], { cwd: CACHE });
}

function canRun(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === "string") throw new Error("there is no free port");
  return address.port;
}

async function answering(endpoint: string, child: { readonly exitCode: number | null }): Promise<void> {
  const untilMs = Date.now() + START_MS;
  while (Date.now() < untilMs && child.exitCode === null) {
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("DynamoDB Local did not start; it needs Java 17 or newer");
}
