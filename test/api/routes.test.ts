import fc from "fast-check";
import { expect, test } from "vitest";
import { describeApi } from "../../lib/api/openapi.ts";
import { Refusal } from "../../lib/api/refusals.ts";
import { matchPath } from "../../lib/api/requests.ts";
import type { Route } from "../../lib/api/route.ts";
import { ROUTES } from "../../lib/api/routes.ts";

test("what anybody may ask is a short list", () => {
  const open = ROUTES.filter(({ admission }) => admission === "anyone").map(({ path }) => path);
  expect(open.sort()).toEqual(["/console/", "/docs", "/health", "/openapi.json"]);
});

test("the description of the API has every route, and no other", () => {
  const routes = ROUTES.filter(({ admission }) => admission === "client").map(
    ({ method, path }) => `${method} ${path.replace("+}", "}")}`,
  );
  const { paths } = describeApi() as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((name) => ["get", "post", "delete"].includes(name))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual(described.filter((place) => !place.startsWith("POST /push/")).sort());
});

type Form = Pick<Route, "method" | "path" | "errors">;

/** Paths of a form: each parameter is any text, or what stands at some place of another form, where both may match. */
function pathsOf(form: string, routes: readonly Form[]): string[] {
  const fixed = routes.flatMap(({ path }) => path.split("/")).filter((part) => /^[^{]/.test(part));
  const texts = ["any text", ...new Set(fixed)];
  const rests = texts.flatMap((text) => [text, ...texts.map((more) => `${text}/${more}`)]);
  return form.split("/").reduce<string[]>(
    (paths, part, n) => {
      const values = part.startsWith("{") ? (part.endsWith("+}") ? rests : texts) : [part];
      return n === 0 ? values : paths.flatMap((path) => values.map((value) => `${path}/${value}`));
    },
    [""],
  );
}

/** The requests, and the paths, for which the router would have to choose. */
function clashes(routes: readonly Form[]): string[] {
  const found = routes.flatMap(({ path: form }) =>
    pathsOf(form, routes).flatMap((path) => {
      const at = routes.filter((route) => matchPath(route.path, path));
      const shapes = new Set(at.map(({ errors }) => errors));
      const twice = at.filter(({ method }, n) => at.findIndex((other) => other.method === method) !== n);
      if (!at.some((route) => route.path === form)) return [`${form} is not found at ${path}`];
      return [...twice.map(({ method }) => `${method} ${path}`), ...(shapes.size > 1 ? [path] : [])];
    }),
  );
  return [...new Set(found)];
}

test("no request has two handlers, and no path has errors of two shapes", () => {
  expect(clashes(ROUTES)).toEqual([]);
});

test.each<[string, Form["method"], string, Form["errors"]]>([
  ["GET /omnilog/1/quarantine/latest", "GET", "/omnilog/1/{room}/latest", "ApiException"],
  ["GET /omnilog/1/positions", "GET", "/omnilog/1/{room}", "ApiException"],
  ["GET /omnilog/1/messages/any text/again", "GET", "/omnilog/1/messages/{id}/again", "ApiException"],
  ["/omnilog/1/positions", "DELETE", "/omnilog/1/positions", "ApiError"],
])("a route beside another would be found at %s", (place, method, path, errors) => {
  expect(clashes([...ROUTES, { method, path, errors }])).toContain(place);
});

/** Whatever a handler asks of it, it gets, so that it goes as far as it can. */
const anything: never = new Proxy(() => {}, {
  get: (_, name) => {
    if (name === Symbol.toPrimitive) return () => 4e12;
    return name === "then" || typeof name === "symbol" ? undefined : anything;
  },
  apply: () => anything,
}) as never;

/** Does anything of a route read the body, other than to refuse any? */
async function readsBody(route: Route): Promise<boolean> {
  let isRead = false;
  const headers = { "content-type": "application/json", "sec-fetch-site": "same-origin" };
  const common = { id: "1", method: route.method, path: route.path, queryString: "", headers, sourceIp: "" };
  const request = {
    ...{ ...common, arrivedAtMs: 0 },
    get body() {
      isRead = true;
      return "{}";
    },
  };
  const client = { id: "a", name: "a", isTextHidden: false, isAdmin: true };
  const parameters = { source: "sms", id: "YWI" };
  const call = { request, parameters, client, format: "json", credential: anything } as const;
  const handled =
    route.admission === "anyone"
      ? [route.handle(request, parameters)]
      : [route.handle(call, anything), (async () => route.claim?.(request))()];
  const settled = await Promise.allSettled(handled);
  const refused = settled.flatMap((each) =>
    each.status === "rejected" && each.reason instanceof Refusal ? (each.reason.violations.body ?? []) : [],
  );
  return isRead && !refused.some((text) => text.startsWith("must be empty"));
}

test.each(ROUTES.filter(({ method }) => method === "POST").map((route) => [route.path, route] as const))(
  "POST %s has its body described if it reads one, and only then",
  async (path, route) => {
    const { paths } = describeApi() as { paths: Record<string, { post?: { requestBody?: object } }> };
    expect(await readsBody(route)).toBe(paths[path]?.post?.requestBody !== undefined);
  },
);

test("a part in braces is any text but none, and the rest is itself", () => {
  const form = "/omnilog/1/messages/{messageId}";
  expect(matchPath(form, "/omnilog/1/messages/abc")).toEqual({ messageId: "abc" });
  for (const other of [
    "/omnilog/1/messages/",
    "/omnilog/1/messages",
    "/omnilog/1/messages/a/b",
    "/omnilog/1/logs/a",
  ])
    expect(matchPath(form, other)).toBeUndefined();
  expect(matchPath("/docs", "/docs")).toEqual({});
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (kind, secret) => {
      fc.pre(!`${kind}${secret}`.includes("/"));
      expect(matchPath("/push/{kind}/{secret}", `/push/${kind}/${secret}`)).toEqual({ kind, secret });
    }),
  );
});

test("a last part in braces with a plus is the rest of the path, but not nothing", () => {
  const form = "/omnilog/1/messages/{messageId+}";
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (messageId) => {
      expect(matchPath(form, `/omnilog/1/messages/${messageId}`)).toEqual({ messageId });
    }),
  );
  for (const other of ["/omnilog/1/messages/", "/omnilog/1/messages", "/omnilog/1/message/a/b"])
    expect(matchPath(form, other)).toBeUndefined();
});

test("names of every object are no paths", () => {
  for (const path of ["__proto__", "/__proto__", "/constructor", ""])
    expect(ROUTES.filter((route) => matchPath(route.path, path))).toEqual([]);
});
