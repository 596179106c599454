import { parseArgs } from "node:util";
import {
  checkSubscription,
  otherSubscriptions,
  subscribe,
  unsubscribe,
} from "../../lib/infobip/subscribe.ts";
import {
  PUSH_LIMITS,
  PUSHED_CHANNEL_NAMES,
  type PushedChannelName,
  type WantedSubscription,
  wantedOf,
} from "../../lib/infobip/subscription.ts";
import { SubscriptionsClient } from "../../lib/infobip/subscriptions-client.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { runCommand } from "./environment.ts";
import { numberOf } from "./flags.ts";
import { pushSettings } from "./push-settings.ts";
import { STACK_OPTIONS } from "./stack.ts";

const USAGE = `npm run subscribe -- --channel SMS --stack NAME
                       has Infobip push a channel's reports and events to the stack; may be repeated at any time

  --channel NAME       ${PUSHED_CHANNEL_NAMES.join(", ")}; may be given several times
  --check              changes nothing: tells what is not as it should be, and then ends with 1
  --remove             takes away what this command has made
  --url URL            the service's address (default: the stack's own)
  --bucket N           reports in one push, 1 to 2000 (default: ${PUSH_LIMITS.maxBucketSize})
  --window N           pushes at once, 20 to 10000 (default: ${PUSH_LIMITS.windowSize})
  --rate N             pushes a second, 1 to 5000 (default: ${PUSH_LIMITS.rateLimit})
  --stack NAME         the deployed stack (default: STACK_NAME): its address, Infobip's key, and the first of its push credentials
  --profile NAME, --region NAME     as of the AWS CLI (default: AWS_PROFILE, AWS_REGION)
Without a stack, set INFOBIP_BASE_URL, INFOBIP_AUTHORIZATION and PUSH_CREDENTIALS in the environment, and name --url.
`;

const OPTIONS = {
  channel: { type: "string", multiple: true },
  check: { type: "boolean" },
  remove: { type: "boolean" },
  url: { type: "string" },
  bucket: { type: "string" },
  window: { type: "string" },
  rate: { type: "string" },
  ...STACK_OPTIONS,
  help: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

await runCommand(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const channels = channelsOf(values.channel);
  if (values.check && values.remove) throw new ConfigurationError("--check and --remove exclude each other");
  const limits = limitsOf(values);
  const { infobipUrl, authorization, ...target } = await pushSettings(values, process.env);
  const client = new SubscriptionsClient(infobipUrl, authorization);
  for (const channel of channels) await run(client, wantedOf(channel, { ...target, limits }), values);
  // The API has no place for it: "the exact signing header name depends on your configuration".
  if (target.proof.kind === "hmac" && !values.remove)
    process.stdout.write(
      `the signature is expected in the header ${target.proof.header}: Infobip sets its name\n`,
    );
});

function channelsOf(given: readonly string[] = []): PushedChannelName[] {
  const channels = given.map((name) => PUSHED_CHANNEL_NAMES.find((known) => known === name.toUpperCase()));
  const known = channels.filter((channel) => channel !== undefined);
  if (known.length > 0 && known.length === channels.length) return [...new Set(known)];
  throw new ConfigurationError(`--channel must be one of ${PUSHED_CHANNEL_NAMES.join(", ")}`);
}

function limitsOf({ bucket, window, rate }: Values) {
  return {
    maxBucketSize: numberOf("--bucket", bucket, { least: 1, most: 2_000 }) ?? PUSH_LIMITS.maxBucketSize,
    windowSize: numberOf("--window", window, { least: 20, most: 10_000 }) ?? PUSH_LIMITS.windowSize,
    rateLimit: numberOf("--rate", rate, { least: 1, most: 5_000 }) ?? PUSH_LIMITS.rateLimit,
  };
}

async function run(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
  { check, remove }: Values,
): Promise<void> {
  const act = check ? checkSubscription : remove ? unsubscribe : subscribe;
  const lines = await act(client, wanted);
  const nothing = check ? "as it should be" : remove ? "nothing to remove" : "nothing to change";
  for (const line of lines.length > 0 ? lines : [nothing])
    process.stdout.write(`${wanted.channel}: ${line}\n`);
  if (check && lines.length > 0) process.exitCode = 1;
  if (remove) return;
  const others = await otherSubscriptions(client, wanted);
  if (others.length > 0)
    process.stdout.write(`${wanted.channel}: there are other subscriptions, too: ${others.join(", ")}\n`);
}
