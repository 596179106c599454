import fc from "fast-check";
import { Cursors, logsBinding } from "../../lib/api/cursor.ts";
import { basic, CREDENTIALS, CURSOR_KEY } from "../functions/service.ts";
import { DOCUMENT, LOGS_PATHS } from "./described.ts";

export interface FuzzedRequest {
  readonly path: string;
  readonly queryString: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
}

const wild = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "toString",
    "\u0000",
    "\r\nx-evil: 1",
    "../../etc/passwd",
    "$\u007bjndi:x}",
  ),
  fc.constantFrom(
    "%",
    "%2",
    "%zz",
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "+",
    "&&==",
    "[]",
    "a".repeat(3_000),
    "💥".repeat(300),
  ),
);
const paths = LOGS_PATHS;
const path = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...paths) },
  fc.constantFrom(
    "/",
    "/docs",
    "/openapi.json",
    "/omni/1/logs/",
    "/OMNI/1/logs",
    "/omni/1/reports",
    "//",
    "/__proto__",
  ),
  wild.map((text) => `/${text}`),
);

const names = [
  ...new Set(paths.flatMap((path) => DOCUMENT.paths[path]?.get.parameters.map(({ name }) => name) ?? [])),
];
const CLIENT = CREDENTIALS.split(":")[0] ?? "";
const CURSORS = ["", "x", "251629934399999", "9".repeat(400), "\ud800", "\u0001SMS1\u0001SMS"].map((at) =>
  new Cursors([CURSOR_KEY]).seal(at, logsBinding(CLIENT, {})),
);
const value = fc.oneof(
  wild,
  fc.constantFrom(
    "1",
    "0",
    "1000",
    "1001",
    "-1",
    "1e3",
    "SMS",
    "Shop",
    "b",
    "SMS1,EMAIL1",
    "228",
    "01",
    "true",
    "DELIVERED",
    "REJECTED",
  ),
  fc.constantFrom(
    "2026-03-01T12:00:00.000Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999-2359",
    "2026-03-01T12:00:00+01:00",
  ),
  fc.constantFrom(",", ",,,a", "a,".repeat(1_200), "x".repeat(9_900)),
  fc.constantFrom(...CURSORS),
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...names, ...names.map((name) => `${name}[]`)) },
  wild,
);
const pair = fc
  .tuple(name, value, fc.boolean())
  .map(([name, value, isEncoded]) =>
    isEncoded ? new URLSearchParams([[name, value]]).toString() : `${name}=${value}`,
  );
const queryString = fc.oneof(
  { weight: 8, arbitrary: fc.array(pair, { maxLength: 3 }).map((pairs) => pairs.join("&")) },
  fc.constantFrom(...CURSORS).map((cursor) => `cursor=${encodeURIComponent(cursor)}`),
  wild,
  fc.constant("a=&".repeat(4_000)),
);

const accept = fc.oneof(
  fc.constantFrom(
    "application/json",
    "application/xml",
    "text/csv",
    "application/x-ndjson",
    "*/*",
    "image/png",
    "text/*;q=0.1",
  ),
  wild,
  fc.constant("a/b;q=x,".repeat(900)),
);
const authorization = fc.oneof(
  { weight: 6, arbitrary: fc.constant(basic(CREDENTIALS)) },
  wild.map((text) => `App ${text}`),
  wild.map(basic),
  wild,
);
const headers = fc
  .tuple(
    fc.record(
      { accept, authorization, "accept-encoding": fc.constantFrom("gzip", "br, gzip;q=0", "*") },
      { requiredKeys: [] },
    ),
    fc.oneof(
      { weight: 9, arbitrary: fc.dictionary(wild, wild, { maxKeys: 2 }) },
      fc.constant({ cookie: "x".repeat(17_000) }),
    ),
  )
  .map(([known, others]) => ({ ...others, ...known }));
const method = fc.oneof(
  { weight: 12, arbitrary: fc.constant("GET") },
  fc.constantFrom("HEAD", "OPTIONS", "POST", "TRACE"),
  wild,
);
/** Requests of every kind, reasonable and not. */
export const anyRequest: fc.Arbitrary<FuzzedRequest> = fc.record({ path, queryString, headers, method });
