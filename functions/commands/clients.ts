import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { newSecret, storedClient } from "../../lib/query/clients.ts";
import { parseEnvironment, storageEnvironment } from "../../lib/runtime/config.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { Clients } from "../../lib/store/clients.ts";
import { runCommand, useLocalDefaults } from "./environment.ts";

const USAGE = `npm run clients                        lists who may query, and what they may see
npm run clients -- add NAME [...]      makes a client and prints its secret, once
npm run clients -- revoke ID           takes its right away, within half a minute

  --basic             a user name and password (the name is NAME); without it, an App key
  --channel NAME      only this channel; may be given several times
  --sender NAME       only this sender; may be given several times
  --no-text           without the texts of messages
  --per-minute N      its own rate, with --burst N requests at once
  --table NAME        the DynamoDB table (default: TABLE_NAME, or omnilog)
Credentials and region come from the AWS environment; AWS_ENDPOINT_URL_DYNAMODB points to a local database.
`;

const OPTIONS = {
  basic: { type: "boolean" },
  channel: { type: "string", multiple: true },
  sender: { type: "string", multiple: true },
  "no-text": { type: "boolean" },
  "per-minute": { type: "string" },
  burst: { type: "string" },
  table: { type: "string" },
  help: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>["values"];

await runCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const [action = "list", name] = positionals;
  const isUsed = action === "list" || (name !== undefined && (action === "add" || action === "revoke"));
  if (values.help || !isUsed) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  useLocalDefaults(process.env);
  const table = values.table ? { TABLE_NAME: values.table } : {};
  const environment = parseEnvironment(v.object(storageEnvironment), { ...process.env, ...table });
  const clients = new Clients(openDatabase(environment.TABLE_NAME), Date.now);
  if (action === "add") await add(clients, name ?? "", values);
  else if (action === "revoke") await revoke(clients, name ?? "");
  else await list(clients);
});

async function add(clients: Clients, name: string, values: Values): Promise<void> {
  const id = values.basic ? name : randomBytes(16).toString("hex");
  if (!/^[\w.@-]{1,64}$/.test(name) || (await clients.find(id))) {
    throw new ConfigurationError("NAME must be new, and made of letters, digits and . @ _ -");
  }
  const { secret, salt, hash } = newSecret();
  await clients.save({ ...rightsOf(values), id, name, salt, hash });
  process.stdout.write(
    values.basic
      ? `user name  ${id}\npassword   ${secret}\n`
      : `key  ${id}-${secret}\nsent as  Authorization: App ${id}-${secret}\n`,
  );
  process.stdout.write("It is not kept: this is the only time that it is shown.\n");
}

async function revoke(clients: Clients, id: string): Promise<void> {
  if (!(await clients.find(id))) throw new ConfigurationError("there is no client of this ID: see the list");
  await clients.revoke(id);
  process.stdout.write("Revoked: within half a minute it can ask no more.\n");
}

function rightsOf(values: Values) {
  const perMinute = countOf("--per-minute", values["per-minute"]);
  const burst = countOf("--burst", values.burst);
  return {
    ...(values.channel ? { channels: values.channel.map((channel) => channel.toUpperCase()) } : {}),
    ...(values.sender ? { senders: values.sender } : {}),
    ...(perMinute === undefined ? {} : { perMinute }),
    ...(burst === undefined ? {} : { burst }),
    isTextHidden: values["no-text"] ?? false,
  };
}

function countOf(flag: string, text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,5}$/.test(text))
    throw new ConfigurationError(`${flag} must be a whole number above 0`);
  return text === undefined ? undefined : Number(text);
}

async function list(clients: Clients): Promise<void> {
  for await (const item of clients.list()) {
    const client = v.safeParse(storedClient, item);
    if (!client.success) continue;
    const { id, name, channels, senders, isTextHidden, perMinute, burst } = client.output;
    const rights = [
      channels ? `channels ${channels.join(", ")}` : "all channels",
      senders ? `senders ${senders.join(", ")}` : "all senders",
      ...(isTextHidden ? ["no texts"] : []),
      ...(perMinute ? [`${perMinute} a minute`] : []),
      ...(burst ? [`${burst} at once`] : []),
    ];
    process.stdout.write(`${id}  ${name}: ${rights.join("; ")}\n`);
  }
}
