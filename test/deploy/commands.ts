import assert from "node:assert/strict";
import { OUTPUTS, RESOURCES } from "../infra/runbook.ts";
import type { DeployedStack, Outputs } from "./stack.ts";

/** Our commands, given nothing but the name of a stack that has been deployed with a retention of 96 hours. */
export async function checkCommands(stack: DeployedStack): Promise<void> {
  const quarantine = await stack.command("quarantine");
  assert.match(quarantine, /^stack omnilog-test: TABLE_NAME=\S+ .*RETENTION_HOURS=96/m);
  assert.match(quarantine, /^\d+ in quarantine$/m);
  const extended = JSON.parse((await stack.command("retention", "extend")).trim().split("\n").at(-1) ?? "");
  assert.ok(extended.records > 0, "nothing is stored that could be extended");
  assert.equal(
    JSON.parse((await stack.command("retention", "extend")).trim().split("\n").at(-1) ?? "").extended,
    0,
  );
  assert.match(await stack.command("backfill"), /"checked":[1-9]/);
  const key = /App (\w+)-\w+/.exec(await stack.command("clients", "add", "team"))?.[1];
  assert.match(await stack.command("clients", "list"), new RegExp(`^${key} +team: `, "m"));
  await stack.command("clients", "revoke", key ?? "");
}

/** Each look-up of the runbook, by the shell functions that it gives. */
export async function checkRunbook(stack: DeployedStack, outputs: Outputs): Promise<void> {
  for (const [type, part] of RESOURCES) {
    const found = (await stack.runbook(`resource ${type} ${part}`)).trim();
    assert.match(found, /^\S+$/, `resource ${type} ${part}: ${found}`);
  }
  for (const name of OUTPUTS) {
    const found = (await stack.runbook(`output ${name}`)).trim();
    assert.equal(found, { ...outputs }[name], `output ${name}`);
  }
  await stack.runbook("errors Reconciler");
}
