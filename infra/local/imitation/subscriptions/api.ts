import * as v from "valibot";
import { NOT_ALLOWED, NOT_FOUND, type Page, type Refusal, renderAnswer, UNAUTHORIZED } from "../answer.ts";
import { Conflict, type SubscriptionBook } from "./book.ts";
import { profilesOf, type Resource, securitiesOf, subscriptionsOf } from "./resources.ts";
import { CHANNEL_EVENTS } from "./schemas.ts";

/** A request to `/subscriptions/1/…`. */
export interface SubscriptionsRequest {
  readonly method: string;
  /** The path's parts behind `/subscriptions/1/`. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

const PREFIX = "/subscriptions/1/";

/** The parts of a path of this API behind its prefix; undefined for any other path. */
export function partsOf(path: string): string[] | undefined {
  return path.startsWith(PREFIX) ? path.slice(PREFIX.length).split("/") : undefined;
}

/** Answers a request of the Subscriptions API from the book, and writes into it. `isKnown`: the key is right. */
export function answerSubscriptions(
  book: SubscriptionBook,
  request: SubscriptionsRequest,
  isKnown: boolean,
): Page {
  if (!isKnown) return renderAnswer(UNAUTHORIZED, "json");
  const [resource, id] = resourceOf(book, request.parts);
  if (!resource) return renderAnswer(NOT_FOUND, "json");
  try {
    return id === undefined ? onAll(resource, request) : onOne(resource, id, request);
  } catch (error) {
    return renderAnswer(refusalOf(error), "json");
  }
}

function resourceOf(
  book: SubscriptionBook,
  parts: readonly string[],
): [resource: Resource | undefined, id?: string | undefined] {
  const [kind, ...rest] = parts;
  if (kind === "subscription" && rest[0] !== undefined && rest.length <= 2 && CHANNEL_EVENTS[rest[0]])
    return [subscriptionsOf(book, rest[0]), rest[1]];
  if (kind === "profiles" && rest.length <= 1) return [profilesOf(book), rest[0]];
  if (kind === "security" && rest.length <= 1) return [securitiesOf(book), rest[0]];
  return [undefined];
}

function onAll(resource: Resource, { method, query, body, parts }: SubscriptionsRequest): Page {
  if (method === "GET") return page(200, paged(resource.list(), query));
  if (method !== "POST") return renderAnswer(NOT_ALLOWED, "json");
  const id = resource.post(parseBody(body));
  return page(201, resource.ids(id), { location: `${PREFIX}${parts.join("/")}/${id}` });
}

function onOne(resource: Resource, id: string, { method, body }: SubscriptionsRequest): Page {
  if (!["GET", "PUT", "DELETE"].includes(method)) return renderAnswer(NOT_ALLOWED, "json");
  if (resource.get(id) === undefined) return renderAnswer(NOT_FOUND, "json");
  if (method === "GET") return page(200, resource.get(id));
  if (method === "PUT") resource.put(id, parseBody(body));
  const ids = resource.ids(id);
  if (method === "DELETE") resource.remove(id);
  return page(200, ids);
}

function paged(all: readonly unknown[], query: URLSearchParams) {
  const number = (name: string, otherwise: number, least: number, most: number) => {
    const value = Number(query.get(name) ?? otherwise);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Conflict(name, `must be from ${least} to ${most}`);
  };
  const [at, size] = [number("page", 0, 0, 1_000_000), number("size", 20, 1, 100)];
  const paging = { page: at, size, totalPages: Math.ceil(all.length / size), totalResults: all.length };
  return { results: all.slice(at * size, (at + 1) * size), paging };
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Conflict("body", "is not JSON");
  }
}

/** Every fault at once, by the field's path, as the document shows: `"validationErrors": {"field": ["…"]}`. */
function refusalOf(error: unknown): Refusal {
  const validationErrors: Record<string, string[]> = {};
  if (error instanceof Conflict) validationErrors[error.field] = [error.message];
  else if (error instanceof v.ValiError)
    for (const issue of error.issues) {
      const field = v.getDotPath(issue) ?? "body";
      const text = issue.received === "undefined" ? "must not be null" : issue.message;
      validationErrors[field] = [...(validationErrors[field] ?? []), text];
    }
  else throw error;
  return { kind: "refusal", status: 400, messageId: "BAD_REQUEST", text: "Bad request", validationErrors };
}

function page(status: number, body: unknown, headers: Record<string, string> = {}): Page {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}
