import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Chance, Message } from "./messages.ts";

/** How one answer goes wrong; several at once may. */
export type Fault = (typeof FAULTS)[number];
export const FAULTS = [
  ...["delay", "broken", "duplicates", "429", "500", "503", "resetBefore", "lost", "resetIn", "resetAfter"],
  ...["truncated", "html"],
] as const;

/** What a record may be broken into; each takes the record's JSON text. */
const BREAKAGES: ((text: string) => string)[] = [
  () => "null",
  () => '"oops"',
  () => "[]",
  () => "{}",
  (text) => text.slice(0, text.length >> 1),
  (text) => `{${text}`,
  (text) => text.replace(/"messageId":"/, '"messageId:"'),
  (text) => text.replace(/"messageId":"[^"]*"/, '"messageId":null'),
  (text) => text.replace(/"messageId":"[^"]*"/, '"messageId":{"id":7}'),
  (text) => text.replace(/"messageId"/, '"messageID"'),
  (text) => text.replace(/"sentAt":"[^"]*"/, '"sentAt":"yesterday"'),
  (text) => text.replace(/"sentAt":"[^"]*"/, '"sentAt":1424709671833'),
  (text) => text.replace(/"doneAt":"[^"]*"/, '"doneAt":"2015-13-45"'),
  (text) => text.replace(/"status":\{[^}]*\}/, '"status":"DELIVERED"'),
  (text) => text.replace(/"status":\{[^}]*\}/, '"status":{"groupId":"three","id":[]}'),
  (text) => text.replace(/"groupName":"[A-Z]*",/, ""),
  (text) => text.replace(/,"currency":"[A-Z]*"/, ""),
  (text) => text.replace(/"price":\{[^}]*\}/, '"price":"a lot"'),
  (text) => text.replace(/"price":\{/, '"price":{{'),
  (text) => text.replace(/"pricePerMessage":[^,]*/, '"pricePerMessage":NaN'),
  (text) => text.replace(/"(sms|message)Count":\d+/, '"$1Count":"many"'),
  (text) => text.replace(/"to":"/, '"to":"\u0001\n'),
  (text) => text.replaceAll('"', "'"),
  (text) => `${text} ${text}`,
];

export interface Account {
  readonly messages: readonly Message[];
  /** Reports that were not handed out yet. */
  waiting(): number;
  readonly url: string;
  /** The share of answers with a fault, of each kind. */
  faultShare: number;
  mostPerAnswer: number;
  close(): void;
}

/** Starts an Infobip of the judge's own: four endpoints that give each report once, and logs with their rate limit. */
export async function startAccount(messages: readonly Message[], chance: Chance): Promise<Account> {
  const queues: Record<string, object[]> = { sms: [], push: [], email: [], omni: [] };
  const order = [...messages].sort(() => chance.next() - 0.5);
  for (const { endpoint, reports } of order) queues[endpoint]?.push(...reports);
  let logTimes: number[] = [];
  const logs = (query: URLSearchParams) => {
    const [since, until] = ["sentSince", "sentUntil"].map((name) => momentOf(query.get(name)));
    return messages
      .filter(({ sentAtMs }) => !(sentAtMs < (since ?? Number.NaN)) && !(sentAtMs > (until ?? Number.NaN)))
      .sort((a, b) => b.sentAtMs - a.sentAtMs)
      .map(({ log }) => log);
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://judge");
    const endpoint = /^\/(\w+)\/1\/reports$/.exec(url.pathname)?.[1] ?? "";
    const faults = new Set(FAULTS.filter(() => chance.next() < account.faultShare));
    const refuse = (status: number) => response.writeHead(status).end("{}");
    if (!request.headers.authorization) return refuse(401);
    if (url.pathname === "/omni/1/logs") {
      logTimes = logTimes.filter((time) => time > Date.now() - 60_000);
      if (logTimes.push(Date.now()) > 120) return refuse(429);
    } else if (!queues[endpoint]) return refuse(404);
    if (faults.has("429")) return refuse(429);
    if (faults.has("resetBefore")) return request.socket.destroy();
    const most = endpoint ? account.mostPerAnswer : 1000;
    const limit = Math.min(most, Number(url.searchParams.get("limit") ?? 50));
    const page = endpoint
      ? (queues[endpoint] ?? []).splice(0, limit)
      : logs(url.searchParams).slice(0, limit);
    if (endpoint && faults.has("duplicates")) queues[endpoint]?.push(...page.slice(0, 5));
    const texts = page.map((record) => JSON.stringify(record));
    if (faults.has("duplicates") && page.length < limit) texts.push(...texts.slice(0, 3));
    if (faults.has("broken")) spoil(texts, chance);
    setTimeout(
      () => send(response, `{"results":[${texts.join(",")}]}`, faults),
      faults.has("delay") ? 3000 : 0,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const account: Account = {
    messages,
    waiting: () => Object.values(queues).flat().length,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faultShare: 0,
    mostPerAnswer: 1000,
    close: () => server.close().closeAllConnections(),
  };
  return account;
}

/** Breaks about one record in fifty, and at least one. */
function spoil(texts: string[], chance: Chance): void {
  for (let n = 0; n <= texts.length / 50 && texts.length > 0; n++) {
    const at = chance.below(texts.length);
    texts[at] = chance.pick(BREAKAGES)(texts[at] as string);
  }
}

function send(response: ServerResponse, text: string, faults: ReadonlySet<Fault>): void {
  const body = Buffer.from(text);
  const json = { "content-type": "application/json" };
  const cutAfter = (length: number) => {
    response.writeHead(200, json).write(body.subarray(0, length), () => response.socket?.destroy());
  };
  if (faults.has("lost")) response.socket?.destroy();
  else if (faults.has("500") || faults.has("503"))
    response.writeHead(faults.has("500") ? 500 : 503).end("{}");
  else if (faults.has("resetIn")) cutAfter(body.length >> 1);
  else if (faults.has("resetAfter")) cutAfter(body.length);
  else if (faults.has("truncated")) response.writeHead(200, json).end(body.subarray(0, body.length * 0.7));
  else if (faults.has("html")) response.writeHead(200, { "content-type": "text/html" }).end("<p>Sign in</p>");
  else response.writeHead(200, json).end(body);
}

/** Milliseconds since 1970 of a date with any offset. */
export function momentOf(text: string | null): number {
  return Date.parse((text ?? "").replace(" ", "+").replace(/(\d\d)(\d\d)$/, "$1:$2"));
}
