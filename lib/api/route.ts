import type { Admission, Door } from "./admission.ts";
import type { ErrorStyle } from "./errors.ts";
import type { HttpRequest, PathParameters } from "./requests.ts";
import type { Reply } from "./responses.ts";
import type { ApiServices } from "./services.ts";

interface Place {
  readonly method: "GET" | "POST" | "DELETE";
  /** A part in braces matches any text, which the handler gets by its name: `/omnilog/1/messages/{messageId+}`. */
  readonly path: string;
  /** The shape of its errors. */
  readonly errors: ErrorStyle["shape"];
}

/** For clients only: the router calls its handler only after `admit` has admitted somebody. */
export interface ClientRoute extends Place, Omit<Door, "method"> {
  readonly admission: "client";
  /** Does it take no query parameters? Then any that are given are refused. */
  readonly hasNoParameters?: true;
  readonly handle: (
    call: { readonly request: HttpRequest; readonly parameters: PathParameters } & Admission,
    services: ApiServices,
  ) => Promise<Reply>;
}

/** For everybody. Its handler gets neither the database nor the services, so it cannot reveal any message. */
export interface OpenRoute extends Place {
  readonly admission: "anyone";
  readonly handle: (request: HttpRequest, parameters: PathParameters) => Promise<Reply>;
}

export type Route = ClientRoute | OpenRoute;
