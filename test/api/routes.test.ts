import fc from "fast-check";
import { expect, test } from "vitest";
import { describeApi } from "../../lib/api/openapi.ts";
import { matchPath } from "../../lib/api/requests.ts";
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

test("no request has two handlers", () => {
  const places = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(places).size).toBe(places.length);
});

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
