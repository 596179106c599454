import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AUTHORIZATION, startInfobip } from "../../infra/local/imitation/server.ts";
import { World } from "../../infra/local/imitation/world.ts";
import { checkCommands, checkRunbook } from "./commands.ts";
import { startMiniStack } from "./ministack.ts";
import { until } from "./processes.ts";
import { checkPushes } from "./pushes.ts";
import { ask, basic, CLIENT, checkAnswers, checkConsole, listed } from "./questions.ts";
import { DeployedStack } from "./stack.ts";

// A real deployment, from an empty account to a removed stack. What the emulator leaves out (throttling, access logs,
// concurrency, TTL, point-in-time recovery, dead letters of schedules, metrics) the tests in test/infra hold the
// template to.
const startAt = Date.now() - 600_000;
const world = new World({ seed: 1, startAt, messagesPerSecond: 1 });
const folder = await mkdtemp(join(tmpdir(), "omnilog-deploy-"));
const infobip = await startInfobip({ world, now: Date.now });
const aws = await startMiniStack();
const stack = new DeployedStack(aws, "omnilog-test", folder);
const settings = {
  infobipBaseUrl: infobip.url,
  deletionProtection: false,
  reconcileEveryMinutes: 1,
  alarmEmail: "owner@example.com",
};

for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));

async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const result = await action();
  console.log(`ok  ${what} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  return result;
}

try {
  await step("bootstrap", () => stack.bootstrap());
  const outputs = await step("deploy to an empty account", () => stack.deploy(settings));
  const url = stack.reachable(outputs.QueryUrl);
  await step("the key and the credentials go into their secrets", async () => {
    await stack.putSecret("infobip", outputs.InfobipAuthorizationSecret, AUTHORIZATION);
    await stack.putSecret("query", outputs.QueryCredentialsSecret, CLIENT);
  });
  await step("the schedules of all sources fire", () =>
    until("a pull of every source", 150_000, async () => {
      const paths = new Set(infobip.requests.map(({ path }) => path));
      return ["sms", "push", "email", "omni"].every((source) => paths.has(`/${source}/1/reports`))
        ? true
        : undefined;
    }),
  );
  await step("the endpoint answers with what was sent", () =>
    until("the archive has most of the truth", 150_000, async () => {
      const sent = world.truth(Date.now()).length;
      const found = (await listed(url, "limit=1000")).length;
      return found > 0.8 * sent ? true : undefined;
    }),
  );
  await step("credentials, formats and filters", () => checkAnswers(url));
  await step("Infobip is subscribed at, and pushes", () => checkPushes(stack, outputs, infobip));
  await step("the console's page, and signing in to it", () =>
    checkConsole(stack.reachable(outputs.ConsoleUrl)),
  );
  const before = await listed(url, "limit=1000");
  const again = await step("deploy a changed configuration over it", () =>
    stack.deploy({ ...settings, retentionHours: 96, queryTimeoutMs: 15_000, logRetentionDays: 14 }),
  );
  assert.deepEqual(again, outputs, "an update must not replace the table, the secrets or the endpoint");
  await step("what was archived is still there", async () => {
    const now = new Set((await listed(url, "limit=1000")).map(({ messageId }) => messageId));
    const lost = before.slice(0, 500).filter(({ messageId }) => !now.has(messageId));
    assert.ok(lost.length < 0.2 * before.length, `${lost.length} of ${before.length} are gone`);
  });
  await step("commands read every setting from the stack", () => checkCommands(stack));
  await step("the runbook's commands find what they name", () => checkRunbook(stack, outputs));
  await step("new credentials work without a deployment", async () => {
    await stack.putSecret("query", outputs.QueryCredentialsSecret, `${CLIENT},second:another`);
    await until("the new pair is let in", 60_000, async () => {
      const { status } = await ask(url, "limit=1", { authorization: basic("second:another") });
      return status === 200 ? true : undefined;
    });
  });
  await step("a wrong key is told by the log", async () => {
    await stack.putSecret("infobip", outputs.InfobipAuthorizationSecret, "App wrong");
    await stack.deploy({ ...settings, retentionHours: 97 }); // Lambdas that have not read the right one
    await until("a line about the refusal", 120_000, async () => {
      const lines = await stack.logLines("UpstreamRefusal");
      return lines.some((line) => line.includes('"HTTP 401"')) ? true : undefined;
    });
  });
  await step("remove", () => stack.remove());
} catch (error) {
  console.error(error);
  console.error((await readFile(aws.log, "utf8")).slice(-4_000));
  // Last, because what keeps the output of a run may keep its end only.
  const faults = await stack.logLines('"level":"ERROR"').catch((reason: unknown) => [String(reason)]);
  console.error([...new Set(faults)].slice(-20).join("\n"));
  process.exitCode = 1;
} finally {
  await aws.stop();
  await infobip.close();
  await rm(folder, { recursive: true, force: true });
}
