import type { Chance } from "./messages.ts";
import { bodyOf, drawXml } from "./pushes-bodies.ts";
import type { Told } from "./pushes-messages.ts";
import type { Push } from "./pushes-pusher.ts";
import { type ShapeName, shapeNamed } from "./pushes-shapes.ts";

/** Everything that is to be pushed, in a random order, and what can be pulled besides. */
export interface Plan {
  readonly pushes: Push[];
  readonly queues: Readonly<Record<string, object[]>>;
}

const REPEATED = 0.1;
const PULLED = 0.2;

/** Buckets of each shape, a tenth of the reports in two of them; and what happened later, each body perhaps twice. */
export function planOf(told: readonly Told[], chance: Chance): Plan {
  const queues: Record<string, object[]> = { sms: [], push: [], email: [], omni: [] };
  const byShape = Map.groupBy(told, ({ shape }) => shape);
  const pushes = [...byShape].flatMap(([shape, messages]) => {
    const reports = messages.flatMap((message) => message.reports);
    const { pulledFrom } = shapeNamed(shape);
    if (pulledFrom) queues[pulledFrom]?.push(...reports.filter(() => chance.next() < PULLED));
    const again = reports.filter(() => chance.next() < REPEATED);
    return bucketsOf(shape, shuffled([...reports, ...again], chance), chance);
  });
  const events = told.flatMap(({ events }) =>
    events.flatMap(({ kind, body }) => {
      const push = json(kind, JSON.stringify(body), 0);
      return chance.next() < REPEATED ? [push, push] : [push];
    }),
  );
  return { pushes: shuffled([...pushes, ...events], chance), queues };
}

/** Mostly of a hundred reports, as Infobip pushes; and some of one, of a few, and of a thousand. */
function bucketsOf(shape: ShapeName, reports: readonly object[], chance: Chance): Push[] {
  const pushes: Push[] = [];
  for (let at = 0; at < reports.length; ) {
    const size = chance.pick([100, 100, 100, 100, 100, 100, 1, 7, 1000]);
    const results = reports.slice(at, at + size);
    at += size;
    const isXml = drawXml(shape, chance);
    const body = Buffer.from(bodyOf(shape, results, isXml));
    const contentType = isXml ? "application/xml" : "application/json";
    pushes.push({ kind: shapeNamed(shape).kind, body, contentType, count: results.length });
  }
  return pushes;
}

export function json(kind: string, body: string, count: number): Push {
  return { kind, body: Buffer.from(body), contentType: "application/json", count };
}

/** Bodies that are no reports, or not whole; an archive takes them, and makes nothing of what cannot be read. */
export function malformedBodies(whole: readonly Push[], chance: Chance): Push[] {
  const cut = whole.map(({ kind, body, contentType }) => {
    return { kind, body: body.subarray(0, 1 + chance.below(body.length - 1)), contentType, count: 0 };
  });
  const texts = [
    ...[
      "",
      "null",
      "7",
      '"x"',
      "[]",
      "{}",
      "{",
      "<a",
      "<DeliveryReports/>",
      "\0\u0001",
      "results=1",
      "<!DOCTYPE x>",
    ],
    ...[
      '{"results":null}',
      '{"results":{}}',
      '{"results":[null,7,"x",[],{}]}',
      '{"results":[{"messageId":""}]}',
    ],
    '{"results":[{"messageId":"malformed-1","sentAt":"yesterday","status":{"id":5}}]}',
    '{"results":[{"messageId":"malformed-2","status":"DELIVERED"}]}',
    '{"notificationType":"CLICKED"}',
    '{"notificationType":"DANCED","messageId":"malformed-3"}',
    `<DeliveryReports><results><result><messageId>malformed-4</messageId></result></results></DeliveryReports>`,
    `{"results":${"[".repeat(5000)}`,
    '{"eventDetails":{"type":"HIGH_BOUNCE_RATE_WARNING"},"domain":"example.com"}',
  ];
  return [...cut, ...texts.map((text) => json(chance.pick(["sms", "email", "omni", "tracking"]), text, 0))];
}

/** A report of a message that nobody sent, as whoever forges it would write it. */
export function forgedBody(n: number, now: number): Push {
  const at = new Date(now).toISOString().replace("Z", "+0000");
  const status = { groupId: 3, groupName: "DELIVERED", id: 5, name: "DELIVERED_TO_HANDSET", description: "" };
  const result = {
    messageId: `forged-${n}`,
    to: "41793026727",
    sentAt: at,
    doneAt: at,
    status,
    channel: "SMS",
  };
  return json("sms", JSON.stringify({ results: [result] }), 1);
}

export function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = chance.below(at + 1);
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}
