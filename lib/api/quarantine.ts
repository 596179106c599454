import * as v from "valibot";
import type { HealthServices, QuarantinedItem, QuarantineRequest } from "../health/open.ts";
import { EXPIRES_AT } from "../runtime/table.ts";
import type { Admission } from "./admission.ts";
import type { QuarantineEntry } from "./health-schemas.ts";
import { isJson } from "./own-page.ts";
import { forbidden, notFound, notJson } from "./refusals.ts";
import { parseQuery } from "./report-request.ts";
import type { HttpRequest, PathParameters } from "./requests.ts";
import { accepted, ok, type Reply, unread } from "./responses.ts";
import { isAdmin, isUnlimited } from "./rights.ts";
import type { ApiServices } from "./services.ts";

type Call = { readonly request: HttpRequest; readonly parameters: PathParameters } & Admission;

const LIMIT = "must be a whole number from 1 to 100";
const CURSOR = "must be the nextCursor of an answer";
/** The parameters of the list. */
export const quarantineParameters = v.object({
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,9}$/, LIMIT),
      v.transform(Number),
      v.minValue(1, LIMIT),
      v.maxValue(100, LIMIT),
    ),
    "50",
  ),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.transform(keyOf),
      v.custom<string>((key) => key !== undefined, CURSOR),
    ),
  ),
});

/** Longer texts are cut: this is for people to look at, and the command line shows everything. */
const MOST_CHARACTERS = 65_536;

/** Answers `GET /omnilog/1/quarantine`: what could not be parsed and why, without the texts. Throws a Refusal. */
export async function answerQuarantine({ request, client }: Call, services: ApiServices): Promise<Reply> {
  if (!isUnlimited(client)) throw forbidden("What is in quarantine may be of any channel and sender");
  const { limit, cursor } = parseQuery(request.queryString, quarantineParameters);
  const { quarantine, quarantineRequests } = await services.health();
  const [{ entries, next }, asked] = await Promise.all([
    quarantine.some(limit, cursor, services.now()),
    quarantineRequests.list(),
  ]);
  const requests = new Map(asked.map((each) => [each.sk, each]));
  const results = entries.map((entry) => printEntry(entry, requests.get(keyIn(entry))));
  return replyWith({ results, ...(next === undefined ? {} : { nextCursor: idOf(next) }) });
}

/** Answers `GET /omnilog/1/quarantine/{id}`: the entry with its original text. Throws a Refusal. */
export async function answerQuarantined(call: Call, services: ApiServices): Promise<Reply> {
  const { entry, stores } = await entryFor(call, services);
  const [bytes, asked] = await Promise.all([
    stores.quarantine.load(entry),
    stores.quarantineRequests.find(keyIn(entry)),
  ]);
  const text = bytes.toString();
  const isCut = text.length > MOST_CHARACTERS;
  return replyWith({
    ...printEntry(entry, asked),
    text: text.slice(0, MOST_CHARACTERS),
    ...(isCut ? { isCut } : {}),
  });
}

/**
 * Answers `POST /omnilog/1/quarantine/{id}/replay` and `DELETE /omnilog/1/quarantine/{id}`: stores a request, which the
 * reconciler carries out. May be repeated. Throws a Refusal.
 */
export async function answerRequest(
  action: QuarantineRequest["action"],
  call: Call,
  services: ApiServices,
): Promise<Reply> {
  const { request, client } = call;
  if (request.method === "POST" && !isJson(request.headers)) throw notJson();
  const { entry, stores } = await entryFor(call, services);
  const asking = { action, by: client.name, atMs: services.now() };
  const asked = await stores.quarantineRequests.ask(keyIn(entry), asking, Number(entry.item[EXPIRES_AT]));
  return unread(accepted(JSON.stringify(printEntry(entry, asked))));
}

/** The entry that the path names, for an admin. Throws a Refusal. */
async function entryFor(
  { parameters, client }: Call,
  services: ApiServices,
): Promise<{ entry: QuarantinedItem; stores: HealthServices }> {
  if (!isAdmin(client)) throw forbidden("Only an admin may do this: npm run clients -- add NAME --admin");
  const key = keyOf(parameters.id ?? "");
  if (key === undefined) throw notFound();
  const stores = await services.health();
  const entry = await stores.quarantine.find(key);
  const isKept = entry && Number(entry.item[EXPIRES_AT]) * 1000 > services.now();
  if (!isKept) throw notFound();
  return { entry, stores };
}

function printEntry(entry: QuarantinedItem, asked: QuarantineRequest | undefined): QuarantineEntry {
  const { source, page, place, reason, atMs } = entry;
  const id = idOf(keyIn(entry));
  const shown = { id, source, page, place, reason, at: new Date(atMs).toISOString() };
  if (!asked) return shown;
  const { action, by, result } = asked;
  const at = new Date(asked.atMs).toISOString();
  return { ...shown, request: { action, by, at, ...(result === undefined ? {} : { result }) } };
}

function keyIn({ item }: QuarantinedItem): string {
  return String(item.sk);
}

/** The id of an entry: its sort key, in characters that are allowed in a path. */
function idOf(key: string): string {
  return Buffer.from(key).toString("base64url");
}

/** The sort key for an id; undefined if it is not one. */
function keyOf(id: string): string | undefined {
  if (!/^[\w-]{1,1000}$/.test(id)) return undefined;
  const key = Buffer.from(id, "base64url").toString();
  return key !== "" && idOf(key) === id ? key : undefined;
}

function replyWith(value: object): Reply {
  return unread(ok("json", JSON.stringify(value)));
}
