/** The part of a request that this service uses; header names are in lower case. */
export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The client's address; "" if it is unknown. */
  readonly sourceIp: string;
  readonly body: string;
  /**
   * When it reached API Gateway, in milliseconds since 1970. Requests that overlap count as simultaneous, however long
   * each waits here.
   */
  readonly arrivedAtMs: number;
}

/** The values of a path's parameters, such as `messageId` of `/omnilog/1/messages/{messageId}`. */
export type PathParameters = Readonly<Record<string, string>>;

/**
 * Matches a path against a pattern; returns the values of its parameters, or undefined. A last part such as
 * `{messageId+}` takes the rest of the path: API Gateway's HTTP API decodes paths, so an id with slashes arrives as
 * several parts.
 */
export function matchPath(form: string, path: string): PathParameters | undefined {
  const wanted = form.split("/");
  const parts = path.split("/");
  const given = form.endsWith("+}")
    ? [...parts.slice(0, wanted.length - 1), parts.slice(wanted.length - 1).join("/")]
    : parts;
  if (wanted.length !== given.length) return undefined;
  const values: [string, string][] = [];
  for (const [n, part] of wanted.entries()) {
    const value = given[n] ?? "";
    const name = /^\{(\w+)\+?\}$/.exec(part)?.[1];
    if (name === undefined ? part !== value : value === "") return undefined;
    if (name !== undefined) values.push([name, value]);
  }
  return Object.fromEntries(values);
}

/**
 * Decodes a part of a path, for servers that pass paths on as they were sent. What is not properly encoded stays as it
 * is.
 */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
