import * as v from "valibot";
import { type Lag, lagOf } from "../log/lag.ts";
import { earliestOf } from "../log/position.ts";
import { rewind } from "../log/rewind.ts";
import { STREAMS } from "../log/streams.ts";
import { printJson } from "../message/json.ts";
import type { Admission } from "./admission.ts";
import { dateSchema } from "./feed-request.ts";
import { badRequest, notFound } from "./refusals.ts";
import type { ReportServices } from "./report-services.ts";
import type { HttpRequest, PathParameters } from "./requests.ts";
import { ok, type Reply } from "./responses.ts";

/** Where to rewind to: a moment, the oldest report that is kept, or the end. */
const target = v.union(
  [v.picklist(["oldest", "end"]), dateSchema],
  "must be a date with an offset, oldest, or end",
);
const BODY = "must be a JSON object with nothing but to: a date with an offset, oldest, or end";
const body = v.strictObject({ to: target }, BODY);

/** Answers `POST /omnilog/1/positions/{source}`, which moves a client to another position. Throws a Refusal. */
export async function answerRewind(
  { request, parameters, client }: { request: HttpRequest; parameters: PathParameters } & Admission,
  services: ReportServices,
): Promise<Reply> {
  const stream = STREAMS.find((name) => name === parameters.source);
  if (!stream) throw notFound();
  const parsed = v.safeParse(body, parseBody(request.body));
  if (!parsed.success) {
    const isOfTo = parsed.issues.every(({ kind, path }) => path?.[0]?.key === "to" && kind !== "schema");
    throw badRequest(isOfTo ? { to: parsed.issues.map(({ message }) => message) } : { body: [BODY] });
  }
  const mover = { by: request.id, nowMs: services.now() };
  const place = await rewind({ client: client.id, stream }, parsed.output.to, mover, services);
  const lag = await lagOf({ client: client.id, stream, place }, services.index, services.now());
  return replyWith(client.name, printLag(lag));
}

/** Answers `GET /omnilog/1/positions`: how far behind the client is, by source. */
export async function answerPositions({ client }: Admission, services: ReportServices): Promise<Reply> {
  const found = await Promise.all(
    STREAMS.map(async (stream) => {
      const reading = await services.positions.load(client.id, stream, true);
      const place = reading && earliestOf(reading).place;
      return place === undefined
        ? []
        : [await lagOf({ client: client.id, stream, place }, services.index, services.now())];
    }),
  );
  return replyWith(client.name, { results: found.flat().map(printLag) });
}

function printLag({ stream, pages, lagMs, leftMs }: Lag) {
  return {
    source: stream,
    pages,
    lagSeconds: Math.round(lagMs / 1000),
    ...(leftMs === undefined ? {} : { secondsLeft: Math.round(leftMs / 1000) }),
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function replyWith(client: string, value: object): Reply {
  const response = ok("json", printJson(value));
  return { response, client, rows: 0, readUnits: 0, isIncomplete: false };
}
