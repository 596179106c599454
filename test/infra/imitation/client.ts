import {
  AUTHORIZATION,
  type Infobip,
  type InfobipOptions,
  startInfobip,
} from "../../../infra/local/imitation/server.ts";
import { World } from "../../../infra/local/imitation/world.ts";

/** The clock of the tests: 2026-03-01T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 1, 12);

/** Starts a server whose clock stands at `clock.now`, closed at the end of the `await using` block. */
export async function startAtNoon(options: Partial<InfobipOptions> & { clock?: { now: number } } = {}) {
  const { clock = { now: NOON }, world = new World({ seed: 1, startAt: NOON }), ...rest } = options;
  const infobip = await startInfobip({ world, now: () => clock.now, ...rest });
  return { ...infobip, clock, [Symbol.asyncDispose]: () => infobip.close() };
}

/** Asks as Infobip's documents do. */
export function ask(infobip: Infobip, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(infobip.url + path, {
    headers: { authorization: AUTHORIZATION, accept: "application/json", ...headers },
  });
}

/** A record of a list, as far as the tests look into it. */
export interface Listed {
  messageId: string;
  channel?: string;
  bulkId?: string;
  to: string;
  from?: string;
  sentAt: string;
  doneAt?: string;
  status: { id: number; groupName: string };
  [field: string]: unknown;
}

/** The records of a list. */
export async function list(infobip: Infobip, path: string): Promise<Listed[]> {
  const response = await ask(infobip, path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return ((await response.json()) as { results: Listed[] }).results;
}

/** All reports that wait on an endpoint. */
export async function drain(infobip: Infobip, endpoint: string): Promise<Listed[]> {
  const all: Listed[] = [];
  for (;;) {
    const page = await list(infobip, `/${endpoint}/1/reports?limit=1000`);
    if (page.length === 0) return all;
    all.push(...page);
  }
}
