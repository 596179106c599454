import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { Clients, rotated, type StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { RateLimiter } from "../../lib/api/rate.ts";
import { Sessions } from "../../lib/api/sessions.ts";
import { Positions } from "../../lib/log/positions.ts";
import { storageEnvironment } from "../../lib/runtime/config.ts";
import { type Database, openDatabase } from "../../lib/runtime/dynamodb.ts";
import { ConfigurationError } from "../../lib/runtime/errors.ts";
import { clientLine, sessionId, sessionLine } from "./client-line.ts";
import { runCommand } from "./environment.ts";
import { momentOf, numberOf } from "./flags.ts";
import { lagLine, lagsByClient, rewindClient } from "./readers.ts";
import { STACK_OPTIONS, STACK_USAGE, stackSettings } from "./stack.ts";

const USAGE = `npm run clients -- list                lists who may query, what they may see, their end and their last use
npm run clients -- add NAME [...]      makes a client and prints its secret, once
npm run clients -- rotate ID           gives it a new secret; the present one works on for --overlap hours
npm run clients -- revoke ID           takes its right away, within half a minute
npm run clients -- sessions            lists who is signed in to the console
npm run clients -- sign-out ID         ends the sessions of a client, or the one session of this ID
npm run clients -- rewind ID --to DATE  lets it pull again what arrived since then; --to oldest, --to end

  --basic             a user name and password (the name is NAME); without it, an App key
  --channel NAME      only this channel; may be given several times
  --sender NAME       only this sender; may be given several times
  --no-text           without the texts of messages
  --admin             sees what could not be parsed, has it tried again or dropped; not beside the three above
  --per-minute N      its own rate, with --burst N requests at once
  --until DATE        it ends then, such as 2027-01-01T00:00:00+01:00
  --overlap HOURS     of rotate (default: 24; 0: the present secret is refused within half a minute)
  --source NAME       of rewind: only sms, push, email or omni
${STACK_USAGE}`;

const tableEnvironment = v.object({ TABLE_NAME: storageEnvironment.TABLE_NAME });
const OPTIONS = {
  basic: { type: "boolean" },
  channel: { type: "string", multiple: true },
  sender: { type: "string", multiple: true },
  "no-text": { type: "boolean" },
  admin: { type: "boolean" },
  "per-minute": { type: "string" },
  burst: { type: "string" },
  until: { type: "string" },
  overlap: { type: "string" },
  to: { type: "string" },
  source: { type: "string" },
  ...STACK_OPTIONS,
  help: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>["values"];

const NAMED = ["add", "rotate", "revoke", "rewind", "sign-out"];
const UNNAMED = ["list", "sessions"];
const MOST_RATE = 999_999;
const MOST_OVERLAP_HOURS = 24 * 365;
const HOUR_MS = 3_600_000;

await runCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const [action = "list", name] = positionals;
  const isUsed =
    positionals.length <= 2 && (UNNAMED.includes(action) || (name !== undefined && NAMED.includes(action)));
  if (values.help || !isUsed) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const { TABLE_NAME } = await stackSettings(tableEnvironment, values, process.env);
  const db = openDatabase(TABLE_NAME);
  const clients = new Clients(db, Date.now);
  if (action === "add") await add(clients, name ?? "", values);
  else if (action === "rotate") await rotate(clients, name ?? "", values);
  else if (action === "revoke") await revoke(clients, db, name ?? "");
  else if (action === "sessions") await listSessions(db);
  else if (action === "sign-out") await signOut(db, name ?? "");
  else if (action === "rewind") await rewind(db, name ?? "", values);
  else await list(clients, db);
});

async function add(clients: Clients, name: string, values: Values): Promise<void> {
  const id = values.basic ? name : randomBytes(16).toString("hex");
  if (!/^[\w.@-]{1,64}$/.test(name) || (await clients.read(id))) {
    throw new ConfigurationError("NAME must be new, and made of letters, digits and . @ _ -");
  }
  const rights = rightsOf(values);
  const { secret, ...hashed } = newSecret();
  await clients.save({ ...rights, id, name, ...hashed });
  tell(id, secret, values.basic === true);
}

async function rotate(clients: Clients, id: string, values: Values): Promise<void> {
  const overlapHours = numberOf("--overlap", values.overlap, { least: 0, most: MOST_OVERLAP_HOURS }) ?? 24;
  const client = await named(clients, id);
  const { secret, ...hashed } = newSecret();
  await clients.save(rotated(client, hashed, Date.now(), overlapHours * HOUR_MS));
  tell(id, secret, isBasic(client));
  process.stdout.write(
    overlapHours > 0
      ? `The one before works for ${overlapHours} hours more.\n`
      : "The one before is refused within half a minute.\n",
  );
}

async function revoke(clients: Clients, db: Database, id: string): Promise<void> {
  await named(clients, id);
  await clients.revoke(id);
  // A client that no longer exists must not count as a reader that lags behind.
  await new Positions(db).forget(id);
  process.stdout.write("Revoked: within half a minute it can ask no more.\n");
}

async function list(clients: Clients, db: Database): Promise<void> {
  const uses = new RateLimiter(db);
  const lags = new Map(await lagsByClient(db, Date.now()));
  for await (const client of clients.list()) {
    const lag = lagLine(lags.get(client.id));
    const line = clientLine(client, await uses.lastUsedMs(client.id), Date.now());
    process.stdout.write(`${line}${lag ? `; pulls ${lag}` : ""}\n`);
    lags.delete(client.id);
  }
  // Users of QUERY_CREDENTIALS, which only the endpoint knows, are listed if they pull reports.
  for (const [id, list] of lags)
    process.stdout.write(`${id}  a user name of the setting: pulls ${lagLine(list)}\n`);
}

async function listSessions(db: Database): Promise<void> {
  for await (const session of new Sessions(db).open(Date.now()))
    process.stdout.write(`${sessionLine(session)}\n`);
}

/** By the id of a client (or a user name of QUERY_CREDENTIALS), or by that of a session. */
async function signOut(db: Database, id: string): Promise<void> {
  const sessions = new Sessions(db);
  let ended = 0;
  for await (const { sk, client } of sessions.open(Date.now())) {
    if (client !== id && sessionId(sk) !== id) continue;
    await sessions.end(sk, Date.now());
    ended++;
  }
  process.stdout.write(`${ended} ended\n`);
}

/** Any id: users of QUERY_CREDENTIALS pull reports, too, and have no item. */
async function rewind(db: Database, id: string, { to, source }: Values): Promise<void> {
  const target = to === "oldest" || to === "end" ? to : momentOf("--to", to);
  if (target === undefined) throw new ConfigurationError("rewind needs --to: a date, oldest, or end");
  const lines = await rewindClient(db, id, { to: target, source }, Date.now());
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function named(clients: Clients, id: string): Promise<StoredClient> {
  const client = await clients.read(id);
  if (!client) throw new ConfigurationError("there is no client of this ID: see the list");
  return client;
}

/** The id of a Basic client is its name; that of a key is random. */
function isBasic({ id, name }: StoredClient): boolean {
  return id === name;
}

function tell(id: string, secret: string, isUserName: boolean): void {
  process.stdout.write(
    isUserName
      ? `user name  ${id}\npassword   ${secret}\n`
      : `key  ${id}-${secret}\nsent as  Authorization: App ${id}-${secret}\n`,
  );
  process.stdout.write("It is not kept: this is the only time that it is shown.\n");
}

function rightsOf(values: Values) {
  const perMinute = numberOf("--per-minute", values["per-minute"], { least: 1, most: MOST_RATE });
  const burst = numberOf("--burst", values.burst, { least: 1, most: MOST_RATE });
  const untilMs = momentOf("--until", values.until);
  if (untilMs !== undefined && untilMs <= Date.now()) throw new ConfigurationError("--until must be to come");
  if (values.admin && (values.channel || values.sender || values["no-text"]))
    throw new ConfigurationError("--admin sees everything: not beside --channel, --sender and --no-text");
  return {
    ...(values.channel ? { channels: values.channel.map((channel) => channel.toUpperCase()) } : {}),
    ...(values.sender ? { senders: values.sender } : {}),
    ...(perMinute === undefined ? {} : { perMinute }),
    ...(burst === undefined ? {} : { burst }),
    ...(untilMs === undefined ? {} : { untilMs }),
    isTextHidden: values["no-text"] ?? false,
    ...(values.admin ? { isAdmin: true } : {}),
  };
}
