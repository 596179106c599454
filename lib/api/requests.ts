/** A request as far as this service looks at it; header names in lower case. */
export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly queryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The address that it came from; "" where that is not known. */
  readonly sourceIp: string;
  readonly body: string;
  /** When it reached API Gateway, milliseconds since 1970: two that cross are at once, however long each waits here. */
  readonly arrivedAtMs: number;
}

/** The values of a path's parameters, such as `messageId` of `/omnilog/1/messages/{messageId}`. */
export type PathParameters = Readonly<Record<string, string>>;

/**
 * Does a path have this form? Gives the values of its parameters, or undefined. A last part such as `{messageId+}` takes the
 * rest of the path, since API Gateway's HTTP API decodes it: an id with a slash comes as several parts.
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

/** The text that a part of a path stands for: API Gateway gives a path as it was asked for. What is not encoded well stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
