import { expect, test } from "vitest";
import { AUTHORIZATION } from "../../../infra/local/imitation/server.ts";
import { startAtNoon } from "../../infra/imitation/client.ts";
import { startAccount } from "./account.ts";
import { runCommand } from "./run.ts";

// Each command is a process; a busy machine takes its time.
const TIMEOUT_MS = 60_000;

test(
  "npm run subscribe makes, checks and removes, says what it did, and shows no secret",
  async () => {
    await using infobip = await startAtNoon();
    const run = (...args: string[]) =>
      runCommand("subscribe", ["--url", "https://omnilog.example.com/", "--channel", "sms", ...args], {
        STACK_NAME: undefined,
        INFOBIP_BASE_URL: infobip.url,
        INFOBIP_AUTHORIZATION: AUTHORIZATION,
        PUSH_CREDENTIALS: "hmac X-Signed SHA256 hunter2, path a-secret-of-before",
      });
    const address = "https://omnilog.example.com/push/sms";
    const made = await run("--channel", "EMAIL");
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(made.out.split("\n")).toEqual([
      `SMS: created subscription/SMS/omnilog-local-sms with its profile and security: ${address}`,
      "EMAIL: created subscription/EMAIL/omnilog-local-email with its profile: https://omnilog.example.com/push/email",
      "the signature is expected in the header x-signed: Infobip sets its name",
      "",
    ]);
    const checked = await run("--check", "--bucket", "500");
    expect(checked).toMatchObject({ code: 1, err: "" });
    expect(checked.out).toContain("SMS: profile.maxBucketSize is 1000 and should be 500\n");
    expect(await run("--remove")).toMatchObject({
      code: 0,
      out: expect.stringContaining("SMS: removed profiles"),
    });
  },
  TIMEOUT_MS,
);

test(
  "of a stack it takes the address, Infobip's key, and the first of those who may push",
  async () => {
    await using infobip = await startAtNoon();
    await using aws = await startAccount(
      "shop",
      { STACK_NAME: "shop", INFOBIP_BASE_URL: infobip.url, INFOBIP_AUTHORIZATION_SECRET: "arn:infobip" },
      { PushUrl: "https://push.example.com/push", PushCredentialsSecret: "arn:push" },
      { "arn:infobip": AUTHORIZATION, "arn:push": "basic infobip:hunter2\npath the-secret-of-before" },
    );
    const { code, out, err } = await runCommand("subscribe", ["--channel", "VIBER", "--stack", "shop"], {
      ...aws.environment,
      ...{ INFOBIP_BASE_URL: "http://127.0.0.1:9", PUSH_CREDENTIALS: "path of-another-machine" },
    });
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^stack shop: [^\n]+\n$/) });
    expect(out).toBe(
      "VIBER: created subscription/VIBER/omnilog-shop-viber with its profile and security: https://push.example.com/push/viber\n",
    );
    expect(infobip.requests.at(-1)?.authorization).toBe(AUTHORIZATION);
  },
  TIMEOUT_MS,
);

test.each([
  [["--channel", "PIGEON"], {}, /^--channel must be one of SMS, EMAIL/],
  [["--channel", "SMS", "--window", "19"], {}, /^--window must be a whole number, 20 to 10000/],
  [["--channel", "SMS"], { PUSH_CREDENTIALS: "hunter2" }, /^PUSH_CREDENTIALS must/],
  [["--channel", "SMS"], { INFOBIP_AUTHORIZATION: "App hunter2" }, /401, the key is not known/],
  [
    ["--channel", "SMS"],
    { INFOBIP_BASE_URL: "http://127.0.0.1:9" },
    /^nobody answers at http:\/\/127.0.0.1:9/,
  ],
  [["--channel", "SMS"], { INFOBIP_BASE_URL: undefined }, /^which stack\?/],
])(
  "%j %j is told in one line",
  async (args, environment, message) => {
    await using infobip = await startAtNoon();
    const { code, out, err } = await runCommand(
      "subscribe",
      ["--url", "https://omnilog.example.com", ...args],
      {
        ...{ STACK_NAME: undefined, AWS_ENDPOINT_URL_DYNAMODB: undefined },
        ...{
          INFOBIP_BASE_URL: infobip.url,
          INFOBIP_AUTHORIZATION: AUTHORIZATION,
          PUSH_CREDENTIALS: "path a-secret-of-today",
        },
        ...environment,
      },
    );
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).not.toContain("hunter2");
  },
  TIMEOUT_MS,
);
