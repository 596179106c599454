import { afterAll, beforeAll, expect, test } from "vitest";
import { Clients, type StoredClient } from "../../lib/api/clients.ts";
import { newSecret } from "../../lib/api/credentials.ts";
import { LOGS_ENDPOINTS } from "../../lib/api/endpoints.ts";
import { openDatabase } from "../../lib/runtime/dynamodb.ts";
import { type Service, startService } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";
import { described, LOGS_PATHS } from "./described.ts";

const SECRET_TEXT = "the text nobody should read";
const PATHS = LOGS_PATHS;
const TYPES = ["application/json", "application/xml", "text/csv", "application/x-ndjson"];
const COMBINATIONS = PATHS.flatMap((path) => TYPES.map((type): [string, string] => [path, type]));

let service: Service;
const keys = new Map<string, string>();

beforeAll(async () => {
  service = await startService();
  const combinations = ["SMS", "EMAIL", "PUSH", "VOICE", "VIBER", "MMS"].flatMap((channel) =>
    ["Shop", "Bank"].map((from) => ({ channel, from })),
  );
  await service.store(
    combinations.map(({ channel, from }) =>
      aRecord({ channel, from, to: "1", bulkId: "b", messageId: `${channel}-${from}`, text: SECRET_TEXT }),
    ),
  );
  await makeClient("sms", { channels: ["SMS"] });
  await makeClient("two", { channels: ["SMS", "EMAIL"] });
  await makeClient("shop", { senders: ["Shop"] });
  await makeClient("blind", { isTextHidden: true });
  await makeClient("greedy", { perMinute: 6, burst: 3 });
  await makeClient("modest", { perMinute: 6, burst: 3 });
});
afterAll(() => service[Symbol.asyncDispose]());

async function makeClient(id: string, rights: Partial<StoredClient>): Promise<void> {
  const { secret, salt, hash } = newSecret();
  await new Clients(openDatabase("omnilog"), Date.now).save({ id, name: id, salt, hash, ...rights });
  keys.set(id, `App ${id}-${secret}`);
}

const askAs = async (id: string, target: string, accept = "application/json") =>
  described(await service.ask(target, { headers: { accept, authorization: keys.get(id) ?? id } }));

async function seenBy(id: string, query = ""): Promise<string[]> {
  const { text } = await askAs(id, `/omni/1/logs${query}`);
  return JSON.parse(text)
    .results.map((record: { messageId: string }) => record.messageId)
    .sort();
}

test("a client sees its own channels and senders, whatever way it asks", async () => {
  for (const query of [
    "",
    "?to=1",
    "?bulkId=b",
    "?messageId=SMS-Shop,SMS-Bank,EMAIL-Shop,EMAIL-Bank,PUSH-Shop",
  ]) {
    expect(await seenBy("sms", query)).toEqual(["SMS-Bank", "SMS-Shop"]);
    expect(await seenBy("two", query)).toEqual(["EMAIL-Bank", "EMAIL-Shop", "SMS-Bank", "SMS-Shop"]);
    expect((await seenBy("shop", query)).every((id) => id.endsWith("Shop"))).toBe(true);
  }
  expect(await seenBy("sms", "?channel=EMAIL")).toEqual([]);
  expect(await seenBy("shop", "?from=Bank")).toEqual([]);
  expect(JSON.parse((await askAs("sms", "/email/4/logs")).text).results).toEqual([]);
});

test.each(COMBINATIONS)("without texts: %s as %s", async (path, type) => {
  const channel = LOGS_ENDPOINTS.find((endpoint) => endpoint.path === path)?.channel ?? "SMS";
  const { status, text } = await askAs("blind", path, type);
  expect(status).toBe(200);
  expect(text).toContain(`${channel}-Shop`);
  expect(text).not.toContain(SECRET_TEXT);
  expect((await described(await service.ask(path, { headers: { accept: type } }))).text).toContain(
    SECRET_TEXT,
  );
});

test.each(COMBINATIONS)("401 for nobody: %s as %s", async (path, type) => {
  const { status, headers, text } = await askAs("App nobody-0", path, type);
  expect(status).toBe(401);
  expect(headers["www-authenticate"]).toMatch(/^Basic /);
  expect(text).not.toContain("SMS-Shop");
});

test("a greedy client is told to wait, and another is not", async () => {
  const answers = [];
  for (let n = 0; n < 5; n++) answers.push(await askAs("greedy", "/sms/3/logs", "application/xml"));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
  expect(answers.at(-1)?.text).toContain("<errorCode>E429</errorCode>");
  const wait = Number(answers.at(-1)?.headers["retry-after"]);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(10);
  expect((await askAs("modest", "/sms/3/logs")).status).toBe(200);
  expect(JSON.parse((await askAs("greedy", "/sms/1/logs")).text).requestError.serviceException).toEqual({
    messageId: "TOO_MANY_REQUESTS",
    text: "Too many requests",
  });
});
