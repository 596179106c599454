import type { Admission, Door } from "./admission.ts";
import type { ErrorStyle } from "./errors.ts";
import type { HttpRequest, PathParameters } from "./requests.ts";
import type { Reply } from "./responses.ts";
import type { ApiServices } from "./services.ts";

interface Place {
  readonly method: "GET" | "POST" | "DELETE";
  /** A part in braces stands for any text, which the handler gets by its name: `/omnilog/1/messages/{messageId+}`. */
  readonly path: string;
  /** The shape of its errors. */
  readonly errors: ErrorStyle["shape"];
}

/** For clients only: the router calls its handler when `admit` has let somebody in. */
export interface ClientRoute extends Place, Omit<Door, "method"> {
  readonly admission: "client";
  /** Does it take no parameter in its query string? Then whatever is given there is refused. */
  readonly hasNoParameters?: true;
  readonly handle: (
    call: { readonly request: HttpRequest; readonly parameters: PathParameters } & Admission,
    services: ApiServices,
  ) => Promise<Reply>;
}

/** For anybody. Its handler is given no database and no services, so that it cannot tell of any message. */
export interface OpenRoute extends Place {
  readonly admission: "anyone";
  readonly handle: (request: HttpRequest, parameters: PathParameters) => Promise<Reply>;
}

export type Route = ClientRoute | OpenRoute;
