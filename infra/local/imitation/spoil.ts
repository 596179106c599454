import type { Entry } from "./answer.ts";
import type { Fault } from "./faults.ts";
import type { Random } from "./random.ts";
import type { Report } from "./reports.ts";

/** The entries after a fault that touches records. */
export interface SpoiledEntries {
  entries: Entry[];
  /** Reports whose record was broken. */
  lost: Report[];
  /** Reports to be handed out again. */
  repeated: Report[];
}

/** Applies the faults `duplicates`, `malformed` and `damaged`; any other leaves the entries as they are. */
export function spoilEntries(entries: Entry[], fault: Fault | undefined, random: Random): SpoiledEntries {
  if (fault?.kind === "duplicates") return repeatSome(entries, random);
  if (fault?.kind === "malformed") return { entries: mixIn(entries, random), lost: [], repeated: [] };
  if (fault?.kind === "damaged") return damageSome(entries, random);
  return { entries, lost: [], repeated: [] };
}

function repeatSome(entries: Entry[], random: Random): SpoiledEntries {
  const chosen = choose(entries, random);
  const copies = entries.filter((_, place) => chosen.has(place));
  return { entries: [...entries, ...copies], lost: [], repeated: reportsOf(copies) };
}

function damageSome(entries: Entry[], random: Random): SpoiledEntries {
  const chosen = choose(entries, random);
  const damaged = entries.map((entry, place) => {
    return chosen.has(place) ? { ...entry, record: random.pick(DAMAGES)(entry.record as object) } : entry;
  });
  return { entries: damaged, lost: reportsOf(entries.filter((_, place) => chosen.has(place))), repeated: [] };
}

function mixIn(entries: Entry[], random: Random): Entry[] {
  const mixed = [...entries];
  for (const record of malformedRecords()) mixed.splice(random.int(0, mixed.length), 0, { record });
  return mixed;
}

/** About a third of the places, and at least one. */
function choose(entries: readonly Entry[], random: Random): Set<number> {
  const places = [...entries.keys()];
  return new Set([random.pick(places), ...places.filter(() => random.chance(0.3))]);
}

function reportsOf(entries: readonly Entry[]): Report[] {
  return entries.flatMap(({ report }) => report ?? []);
}

// Each leaves no doubt that the record is broken; a wrong but well-formed value could not be told from a right one.
const DAMAGES: readonly ((record: object) => unknown)[] = [
  (record) => ({ ...record, sentAt: "yesterday" }),
  (record) => ({ ...record, sentAt: undefined }),
  (record) => ({ ...record, status: undefined }),
  (record) => ({ ...record, status: null }),
  (record) => ({ ...record, status: "DELIVERED" }),
  (record) => ({ ...record, messageId: undefined }),
  (record) => [record],
  () => null,
];

/** JSON records of no use, broken in many ways. Where one has a usable messageId it starts with `malformed-`. */
export function malformedRecords(): unknown[] {
  const right = {
    to: "41793026727",
    sentAt: "2015-02-23T17:41:11.833+0100",
    status: DELIVERED,
    channel: "SMS",
  };
  return [
    null,
    7,
    "x",
    [],
    {},
    { ...right },
    { ...right, messageId: [12] },
    { ...right, messageId: "" },
    { ...right, messageId: "malformed-sent", sentAt: "2015-02-31T25:61:00.000+9900" },
    { ...right, messageId: "malformed-null", status: null },
    { ...right, messageId: "malformed-absent", status: undefined },
    { ...right, messageId: "malformed-string", status: "DELIVERED" },
    { ...right, messageId: "malformed-deep", status: nest(1000) },
    { ...right, messageId: `malformed-long-${"x".repeat(300_000)}` },
    { ...right, messageId: "malformed-\ud800", sentAt: "\udc00" },
    JSON.parse('{"__proto__":{"messageId":"malformed-proto"},"constructor":{"prototype":{"polluted":true}}}'),
  ];
}

function nest(depth: number): object {
  return Array.from({ length: depth }).reduce<object>((inner) => ({ status: inner }), {});
}

const DELIVERED = {
  groupId: 3,
  groupName: "DELIVERED",
  id: 5,
  name: "DELIVERED_TO_HANDSET",
  description: "",
};
