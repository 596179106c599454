import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMoment } from "../../lib/message/moment.ts";
import type { MessageRecord } from "../../lib/message/record.ts";
import { basic, type Service, startService } from "./service.ts";

const LOGS = "/omni/1/logs";
const PASSWORD_WITH_COLONS = "Ali:open:sesame:";

let service: Service;
beforeAll(async () => {
  service = await startService({ QUERY_CREDENTIALS: `Aladdin:open sesame,${PASSWORD_WITH_COLONS}` });
});
afterAll(() => service[Symbol.asyncDispose]());

const xml = new XMLParser({ parseTagValue: false });

/** Asks in both formats; gives status and error of each, and makes sure that neither shows what only we should see. */
async function refusal(target: string, init: RequestInit = {}) {
  const answers = await Promise.all(
    ["application/json", "application/xml"].map(async (accept) => {
      const response = await service.ask(target, { ...init, headers: { accept, ...init.headers } });
      const text = await response.text();
      expect(text).not.toMatch(/\bat \w|\.ts\b|node:/);
      expect(response.headers.get("content-type")).toMatch(accept);
      const body = accept.endsWith("xml") ? xml.parse(text).ApiException : JSON.parse(text);
      return { status: response.status, ...body.requestError.serviceException };
    }),
  );
  return { json: answers[0], xml: answers[1] };
}

describe("400 names the parameter, in JSON and XML", () => {
  test.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=1.5", "limit"],
    ["limit=abc", "limit"],
    ["limit=-1", "limit"],
    ["limit=", "limit"],
    ["limit=1&limit=2", "limit"],
    ["sentSince=yesterday", "sentSince"],
    ["sentSince=2015-02-30T00:00:00.000%2B0100", "sentSince"],
    ["sentUntil=2015-02-22", "sentUntil"],
    ["sentUntil=2015-02-22T17:42:05.390", "sentUntil"],
    ["sentSince=2015-02-22T17:42:05.390Z&sentUntil=2015-02-22T17:42:05.389Z", "sentSince"],
    ["mnc=01", "mnc"],
    ["mcc=2x8", "mcc"],
    ["mcc=228&mnc=abcd", "mnc"],
    ["generalStatus=LOST", "generalStatus"],
    ["generalStatus=delivered", "generalStatus"],
    ["from=A&from=B", "from"],
    ["from=A&FROM=B", "from"],
    ["channel=", "channel"],
    ["bulkId=", "bulkId"],
    ["offset=10", "offset"],
  ])("%s", async (query, parameter) => {
    const { json, xml } = await refusal(`${LOGS}?${query}`);
    expect(json).toEqual({
      status: 400,
      messageId: "BAD_REQUEST",
      text: "Request is invalid.",
      validationErrors: { [parameter]: [expect.any(String)] },
    });
    const [message] = json.validationErrors[parameter];
    expect(xml).toEqual({ ...json, validationErrors: { [parameter]: message } });
  });

  test("everything that is wrong is said at once", async () => {
    const { json } = await refusal(`${LOGS}?limit=0&sentSince=x&colour=red`);
    expect(Object.keys(json.validationErrors).sort()).toEqual(["colour", "limit", "sentSince"]);
  });
});

describe("401 with a challenge", () => {
  test.each([
    ["none", ""],
    ["a wrong password", basic("Aladdin:open")],
    ["a wrong user", basic("Jafar:open sesame")],
    ["a password cut at its colon", basic("Ali:open")],
    ["another scheme", "Bearer token"],
    ["no base64", "Basic ???"],
    ["no colon", basic("Aladdin")],
    ["nothing encoded", "Basic"],
  ])("%s", async (_what, authorization) => {
    const { json, xml } = await refusal(LOGS, { headers: { authorization } });
    expect(json).toEqual({ status: 401, messageId: "UNAUTHORIZED", text: "Invalid login details" });
    expect(xml).toEqual(json);
    const response = await service.ask(LOGS, { headers: { authorization } });
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic realm=/);
  });
});

test.each(["Aladdin:open sesame", PASSWORD_WITH_COLONS])("200 for %s", async (credentials) => {
  const response = await service.ask(LOGS, { headers: { authorization: basic(credentials) } });
  expect([response.status, await response.text()]).toEqual([200, '{"results":[]}']);
});

test.each(["/", "/omni/1/log", "/omni/1/logs/", "/OMNI/1/LOGS", "/omni/2/reports", "/%zz"])(
  "404 for %s",
  async (path) => {
    const { json, xml } = await refusal(path);
    expect(json).toEqual({ status: 404, messageId: "NOT_FOUND", text: "Not found" });
    expect(xml).toEqual(json);
  },
);

test.each(["PUT", "DELETE", "PATCH"])("405 for %s", async (method) => {
  const { json, xml } = await refusal(LOGS, { method });
  expect(json).toEqual({ status: 405, messageId: "METHOD_NOT_ALLOWED", text: "Method not allowed" });
  expect(xml).toEqual(json);
  expect((await service.ask(LOGS, { method })).headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
});

test("a POST of the query is answered as the GET, as two of the document's examples have it", async () => {
  const answers = await Promise.all(["GET", "POST"].map((method) => service.ask(LOGS, { method })));
  const [get, post] = await Promise.all(answers.map((answer) => answer.text()));
  expect(post).toBe(get);
});

test.each(["to=41793026727", '{"to":"41793026727"}'])(
  "filters in the body of a POST are refused, not passed over: %s",
  async (body) => {
    const response = await service.ask(LOGS, { method: "POST", body });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(
      /"body":\["must be empty: the filters stand in the query string"\]/,
    );
  },
);

test.each(["cursor=x", "cursor=.", "cursor=AQ"])("400 for %s, which is none of ours", async (query) => {
  const response = await service.ask(`/omni/1/logs?${query}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    requestError: { serviceException: { validationErrors: { cursor: [expect.any(String)] } } },
  });
});

test("every answer says how much of the rate is left, and where the rest is", async () => {
  const response = await service.ask("/omni/1/logs?limit=1&useCursor=true");
  expect(Number(response.headers.get("x-ratelimit-remaining"))).toBeGreaterThan(0);
  expect(Number(response.headers.get("x-ratelimit-limit"))).toBeGreaterThan(0);
  const { cursor } = (await response.json()) as { cursor?: { nextCursor: string } };
  const link = response.headers.get("link");
  if (cursor)
    expect(link).toBe(`</omni/1/logs?limit=1&useCursor=true&cursor=${cursor.nextCursor}>; rel="next"`);
  else expect(link).toBeNull();
});

test.each(["text/html", "image/png, application/pdf;q=0.5", "application/json;q=0"])(
  "406 for %s",
  async (accept) => {
    const response = await service.ask(LOGS, { headers: { accept } });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({
      requestError: { serviceException: { messageId: "NOT_ACCEPTABLE" } },
    });
  },
);

test.each(["*/*", "", "application/*", "text/html;q=0.9, */*;q=0.1"])(
  "JSON for Accept '%s'",
  async (accept) => {
    const response = await service.ask(LOGS, { headers: { accept } });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/json; charset=utf-8",
    ]);
  },
);

test("a record is served until max(sentAt, doneAt) + retention, and not a moment longer", async () => {
  const nowMs = Date.now();
  const at = (hoursAgo: number) => formatMoment(nowMs - hoursAgo * 3_600_000);
  const record = (messageId: string, sentAt: string, doneAt?: string): MessageRecord => ({
    ...{ messageId, to: "expiry", sentAt, channel: "SMS", status: { groupName: "DELIVERED" } },
    ...(doneAt ? { doneAt } : {}),
  });
  await service.store(
    [record("old", at(48.01)), record("late", at(60), at(47.9)), record("new", at(47.9))],
    48,
  );
  for (const query of ["to=expiry", "messageId=old,late,new", "channel=SMS", "limit=1000"]) {
    const { results } = (await (await service.ask(`${LOGS}?${query}`)).json()) as {
      results: MessageRecord[];
    };
    expect(results.map(({ messageId }) => messageId)).toEqual(["new", "late"]);
  }
});
