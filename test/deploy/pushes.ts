import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Infobip } from "../../infra/local/imitation/server.ts";
import { until } from "./processes.ts";
import { basic, CLIENT } from "./questions.ts";
import type { DeployedStack, Outputs } from "./stack.ts";

const MESSAGE = "pushed-and-nothing-else";

/** Who may push goes into its secret, the command subscribes at Infobip, which pushes, and the message's history says so. */
export async function checkPushes(stack: DeployedStack, outputs: Outputs, infobip: Infobip): Promise<void> {
  await stack.putSecret("push", outputs.PushCredentialsSecret, `basic infobip:${randomUUID()}`);
  const url = stack.reachable(outputs.PushUrl).replace(/\/push$/, "");
  const flags = ["--channel", "EMAIL", "--url", url];
  assert.match(await stack.command("subscribe", ...flags), /^EMAIL: created .* profile and security/m);
  assert.match(await stack.command("subscribe", ...flags, "--check"), /^EMAIL: as it should be$/m);
  infobip.world.add({ messageId: MESSAGE, channel: "EMAIL", sentAt: Date.now() - 60_000 });
  await until("a pushed report is in its message's history", 180_000, async () => {
    // A refusal, while the Lambda does not know the secret yet, is repeated after a minute.
    await infobip.pusher.run();
    const answer = await fetch(`${url}/omnilog/1/messages/${MESSAGE}`, {
      headers: { authorization: basic(CLIENT), accept: "application/json" },
    });
    return answer.status === 200 && (await answer.text()).includes('"way":"push"') ? true : undefined;
  });
  assert.match(await stack.command("subscribe", ...flags, "--remove"), /^EMAIL: removed security/m);
}
