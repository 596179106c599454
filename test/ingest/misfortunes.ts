import type { Authorization, InfobipAnswer, Refused, Upstream } from "../../lib/infobip/client.ts";
import { LOGS_PATH } from "../../lib/infobip/sources.ts";
import { parseMoment } from "../../lib/message/moment.ts";
import type { Database } from "../../lib/runtime/dynamodb.ts";
import { databaseAt } from "../archive/table.ts";

/** What takes the place of what would come; undefined for nothing. */
type Instead<T> = T | undefined | Promise<T | undefined>;

/** What happens around a request to Infobip. */
export interface Misfortune {
  /** Before it is sent; an answer given here takes its place. */
  before?: (request: Request) => Instead<InfobipAnswer>;
  /** After Infobip has answered, and before we know; an answer given here takes its place. */
  after?: (request: Request, answer: InfobipAnswer) => Instead<InfobipAnswer>;
  /** While the key is fetched. */
  authorize?: () => Instead<Authorization | Refused>;
}

export interface Request {
  readonly isLogs: boolean;
  /** The window of the logs that is asked for, milliseconds since 1970. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Infobip with something happening on the way. */
export function beset(upstream: Upstream, { before, after, authorize }: Misfortune): Upstream {
  return {
    authorize: async () => (await authorize?.()) ?? upstream.authorize(),
    get: async (path, query, key) => {
      const at = (name: string) => parseMoment(query[name] ?? "")?.epochMs ?? 0;
      const request = {
        isLogs: path === LOGS_PATH,
        sinceMs: at("sentSince"),
        untilMs: at("sentUntil"),
      };
      const instead = await before?.(request);
      if (instead) return instead;
      const answer = await upstream.get(path, query, key);
      return (await after?.(request, answer)) ?? answer;
    },
  };
}

/** The table, with something happening before each command, which is known by its name. */
export function besetDatabase(endpoint: string, before: (command: string) => void): Database {
  const db = databaseAt(endpoint);
  db.client.middlewareStack.add(
    (next, context) => async (args) => {
      before(context.commandName ?? "");
      return next(args);
    },
    { step: "initialize", name: "besetDatabase" },
  );
  return db;
}
