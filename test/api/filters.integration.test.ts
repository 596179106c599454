import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOGS_ENDPOINTS, type LogsEndpoint } from "../../lib/api/endpoints.ts";
import { FILTER_NAMES, type FilterName } from "../../lib/archive/search/filters.ts";
import { type Service, startService } from "../functions/service.ts";
import { aRecord } from "../message/records.ts";

/** For every filter a value that the one record has, and one that it has not. */
const VALUES: Readonly<Record<FilterName, readonly [holds: string, excludes: string] | undefined>> = {
  from: ["Shop", "Bank"],
  to: ["41793026727", "41793026728"],
  bulkId: ["bulk-1", "bulk-2"],
  messageId: ["m1", "m2"],
  generalStatus: ["DELIVERED", "REJECTED"],
  sentSince: ["2026-03-01T11:00:00.000Z", "2026-03-01T13:00:00.000Z"],
  sentUntil: ["2026-03-01T13:00:00.000Z", "2026-03-01T11:00:00.000Z"],
  mcc: ["228", "229"],
  mnc: ["01", "02"],
  channel: ["sms", "EMAIL"],
  entityId: ["branch", "head office"],
  applicationId: ["shop", "bank"],
  campaignReferenceId: ["spring", "autumn"],
  // No parameters, but what a client may see at all: clients.integration.test.ts asks of these.
  amongChannels: undefined,
  amongSenders: undefined,
};

let service: Service;
beforeAll(async () => {
  service = await startService();
  const channels = new Set(LOGS_ENDPOINTS.map(({ channel = "SMS" }) => channel));
  await service.store(
    [...channels].map((channel) =>
      aRecord({
        ...{ channel, messageId: "m1", bulkId: "bulk-1", from: "Shop", to: "41793026727", mccmnc: "22801" },
        ...{ sentAt: "2026-03-01T12:00:00.000+0000", doneAt: "2026-03-01T12:00:01.000+0000" },
        ...{ entityId: "branch", applicationId: "shop", campaignReferenceId: "spring" },
      }),
    ),
  );
});
afterAll(() => service[Symbol.asyncDispose]());

async function rowsOf({ path }: LogsEndpoint, query: string): Promise<number> {
  const response = await service.ask(`${path}?${query}`);
  expect(response.status).toBe(200);
  const { results } = (await response.json()) as { results: unknown[] };
  return results.length;
}

const cases = LOGS_ENDPOINTS.flatMap((endpoint) =>
  endpoint.parameters.names
    .map((name) => [name, endpoint.parameters.ownName(name)] as const)
    .filter(([, own]) => FILTER_NAMES.includes(own as FilterName))
    .map(([name, own]): [string, string, FilterName, LogsEndpoint] => [
      endpoint.path,
      name,
      own as FilterName,
      endpoint,
    ]),
);

describe("every parameter of every endpoint excludes what it does not ask for", () => {
  test.each(cases)("%s %s", async (_path, name, own, endpoint) => {
    const [holds, excludes] = VALUES[own] ?? [];
    expect(holds, `a value for ${own} in VALUES`).toBeDefined();
    // Never without its country.
    const beside = own === "mnc" ? "mcc=228&" : "";
    const query = (value = "") => `${beside}${name}=${encodeURIComponent(value)}`;
    const all = own === "channel" ? 1 : await rowsOf(endpoint, beside);
    expect(all).toBeGreaterThan(0);
    expect(await rowsOf(endpoint, query(holds))).toBe(all);
    expect(await rowsOf(endpoint, query(excludes))).toBe(own === "channel" ? 1 : 0);
  });
});
