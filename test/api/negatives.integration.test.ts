import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Service, startService } from "../functions/service.ts";
import { DOCUMENT } from "./described.ts";

/** The one operation that asks who it is by its body. */
const SESSION = "/omnilog/1/session";

/** The service answers with 599 where a status, a content type or a body is not described. */
let service: Service;
beforeAll(async () => {
  // It asks faster than a client may.
  service = await startService({ QUERY_RATE_BURST: "100000" });
});
afterAll(() => service[Symbol.asyncDispose]());

const operations = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { parameters }]) => ({
    path,
    method: method.toUpperCase(),
    names: parameters.flatMap(({ name, in: place }) => (place === "query" ? [name] : [])),
  })),
);

/** What an error says is wrong, whatever its shape. */
async function wrongIn(response: Response): Promise<string[]> {
  const { requestError, violations } = (await response.json()) as {
    requestError?: { serviceException: { validationErrors?: object } };
    violations?: { property: string }[];
  };
  return (
    violations?.map(({ property }) => property) ??
    Object.keys(requestError?.serviceException.validationErrors ?? {})
  );
}

describe.each(operations.filter(({ names }) => names.length > 0))(
  "$method $path",
  ({ path, method, names }) => {
    // Nothing is a value of none of them.
    test.each(names)("%s: a wrong value is a 400 that names it, in every format", async (name) => {
      const response = await service.ask(`${path}?${name}=`, { method });
      expect(response.status).toBe(400);
      expect(await wrongIn(response)).toEqual([name]);
      for (const accept of ["application/xml", "text/csv", "application/x-ndjson"]) {
        const { status } = await service.ask(`${path}?${name}=`, { method, headers: { accept } });
        // The reports have no spreadsheet.
        expect([400, 406]).toContain(status);
      }
    });

    test("what is no parameter is a 400 that names it, and so is one that comes twice", async () => {
      const unknown = await service.ask(`${path}?colour=red`, { method });
      expect([unknown.status, await wrongIn(unknown)]).toEqual([400, ["colour"]]);
      const twice = await service.ask(`${path}?limit=1&limit=2`, { method });
      expect([twice.status, await wrongIn(twice)]).toEqual([400, ["limit"]]);
    });
  },
);

const bare = ["/health", "/docs", "/openapi.json"];
test.each(
  operations.filter(({ path, names }) => names.length === 0 && !bare.includes(path) && path !== SESSION),
)("$method $path takes no parameter, and says so", async ({ path, method }) => {
  const target = `${path.replace("{source}", "sms")}?colour=red`;
  const response = await service.ask(target, { method, body: method === "POST" ? "{}" : null });
  // What changes something by a session asks for one first.
  if (response.status !== 403) expect([response.status, await wrongIn(response)]).toEqual([400, ["colour"]]);
});

test.each(operations.filter(({ path, method }) => method !== "POST" || path !== SESSION))(
  "$method $path: nobody is a 401, and what nobody speaks a 405 or 406",
  async (operation) => {
    const { path, method } = operation;
    const target = path.replace("{source}", "sms");
    const asked = { method, headers: { authorization: "App nobody" } };
    expect((await service.ask(target, asked)).status).toBe(401);
    expect((await service.ask(target, { method, headers: { accept: "image/png" } })).status).toBe(406);
    expect((await service.ask(target, { method: "PUT" })).status).toBe(405);
  },
);

test("a query larger than a web server's usual header is refused by us, too", async () => {
  const response = await service.ask(`/omni/1/logs?from=${"0".repeat(50_000)}`);
  expect([response.status, response.headers.get("content-type")]).toEqual([
    414,
    "application/json; charset=utf-8",
  ]);
});
