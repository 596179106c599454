import { text } from "node:stream/consumers";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { ingestEnvironment, queryEnvironment, receiveEnvironment } from "../lib/runtime/config.ts";

const USAGE = `npm run secret -- infobip ARN     puts Infobip's Authorization header, such as "App 0123456789abcdef"
npm run secret -- query ARN       puts who may query: user:password pairs, comma separated
npm run secret -- push ARN        puts who may push, an entry a line: "basic USER:PASSWORD", "header NAME VALUE",
                                  "hmac HEADER SHA256 KEY", "path SECRET"

The value is read from standard input, so that no shell remembers it: paste it, then Enter and Ctrl-D. ARN is what
\`cdk deploy\` printed, as InfobipAuthorizationSecret, QueryCredentialsSecret and PushCredentialsSecret. Credentials and region
come from the AWS environment.
`;

/** The valid values of each secret: what the Lambda that reads it accepts. */
const VALUES = {
  infobip: v.nonOptional(ingestEnvironment.entries.INFOBIP_AUTHORIZATION),
  query: v.nonOptional(queryEnvironment.entries.QUERY_CREDENTIALS),
  push: v.nonOptional(receiveEnvironment.entries.PUSH_CREDENTIALS),
};

const [name, arn, ...rest] = process.argv.slice(2);
if ((name !== "infobip" && name !== "query" && name !== "push") || !arn || rest.length > 0) fail(USAGE);
const value = v.safeParse(VALUES[name], (await text(process.stdin)).trim());
if (!value.success) fail(`the value ${value.issues.map(({ message }) => message).join("; ")}\n`);
const client = new SecretsManagerClient({});
try {
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value.output }));
  process.stdout.write("stored\n");
} catch (error) {
  fail(`${error instanceof Error ? `${error.name}: ${error.message}` : "it failed"}\n`);
}

function fail(message: string): never {
  process.stderr.write(message);
  process.exit(1);
}
