import * as v from "valibot";
import * as schemas from "../archive/search/filter-schemas.ts";
import {
  type EndpointKind,
  FILTER_NAMES,
  FILTER_TABLE,
  type Filter,
  type FilterName,
} from "../archive/search/filters.ts";
import { InvalidInput } from "../runtime/errors.ts";

/** What a client asked for. */
export interface LogsRequest {
  readonly filter: Filter;
  readonly limit: number;
  readonly useCursor: boolean;
  /** The order key to go on after. */
  readonly after?: string;
}

/** Everything that is wrong with a query, by parameter. */
export type Violations = Readonly<Record<string, readonly string[]>>;

export type ParsedRequest = { readonly request: LogsRequest } | { readonly violations: Violations };

const LIMIT = "must be a whole number from 1 to 1000";

/** The parameters that do not filter: how much to give, and where to go on. */
const CONTROLS = {
  limit: {
    schema: v.optional(
      v.pipe(
        schemas.digits(/^\d{1,9}$/, LIMIT),
        v.transform(Number),
        v.minValue(1, LIMIT),
        v.maxValue(1_000, LIMIT),
      ),
      "50",
    ),
    text: "How many of the newest records to give.",
    described: { type: "integer", minimum: 1, maximum: 1_000, default: 50 },
  },
  /** Infobip has cursors on its newer logs; here they are on all of them. */
  useCursor: {
    schema: v.optional(
      v.pipe(
        v.picklist(["true", "false"], "must be true or false"),
        v.transform((value) => value === "true"),
      ),
      "false",
    ),
    text: "Give a cursor to go on with when there is more. Infobip has it on its newer logs.",
    described: { type: "boolean", default: false },
  },
  cursor: {
    schema: v.optional(schemas.text),
    text: "nextCursor of the answer before, with the same filters: gives what follows it.",
    described: { type: "string", pattern: "^[A-Za-z0-9_-]+$" },
  },
};
type ControlName = keyof typeof CONTROLS;
const CONTROL_NAMES = Object.keys(CONTROLS) as ControlName[];

type OwnName = FilterName | ControlName;

/** Reads the values that an endpoint was given, by our own names. */
const requestSchema = v.object({ ...optionalFilters(), ...controlSchemas() });

/** One entry for each filter, typed by the table: a filter that is added there is read here. */
function optionalFilters() {
  const entries = Object.fromEntries(
    FILTER_NAMES.map((name) => [name, v.optional(FILTER_TABLE[name].schema)]),
  );
  return entries as {
    [Name in FilterName]: v.OptionalSchema<(typeof FILTER_TABLE)[Name]["schema"], undefined>;
  };
}

function controlSchemas() {
  const { limit, useCursor, cursor } = CONTROLS;
  return { limit: limit.schema, useCursor: useCursor.schema, cursor: cursor.schema };
}

/** A parameter as a reader of the API's description is told of it. */
export interface DescribedParameter {
  readonly name: string;
  readonly text: string;
  readonly schema: v.GenericSchema<unknown, unknown>;
  readonly described?: Readonly<Record<string, unknown>> | undefined;
  readonly isList: boolean;
}

/** The parameters of one endpoint: what each is called there. */
export class Parameters {
  readonly names: readonly string[];
  readonly #own: ReadonlyMap<string, OwnName>;
  readonly #byLowerCase: ReadonlyMap<string, string>;

  /** `isNewer`: with the names of Infobip's newer endpoints. */
  constructor(kind: EndpointKind, { isNewer = false } = {}) {
    const filters = FILTER_NAMES.filter((name) => FILTER_TABLE[name].endpoints.includes(kind));
    const named = filters.map((name): [string, OwnName] => {
      const { newerName } = FILTER_TABLE[name];
      return [isNewer && newerName ? newerName : name, name];
    });
    this.#own = new Map([...named, ...CONTROL_NAMES.map((name): [string, OwnName] => [name, name])]);
    this.names = [...this.#own.keys()];
    this.#byLowerCase = new Map(this.names.map((name) => [name.toLowerCase(), name]));
  }

  /** The name of a parameter, whatever case it is spelled in (`bulkid` and `bulkId` both stand in the seeds). */
  nameOf(spelled: string): string | undefined {
    // The official JavaScript client writes the name of a list as bulkId[].
    return this.#byLowerCase.get(spelled.toLowerCase().replace(/\[\]$/, ""));
  }

  isList(name: string): boolean {
    return isListSchema(entryOf(this.ownName(name)).schema);
  }

  /** Our own name of a parameter of this endpoint. Throws InvalidInput if it has none of that name. */
  ownName(name: string): OwnName {
    const own = this.#own.get(name);
    if (own === undefined) throw new InvalidInput("this is no parameter of this endpoint");
    return own;
  }

  /** What this endpoint calls one of our parameters. */
  theirName(own: string): string {
    return [...this.#own].find(([, name]) => name === own)?.[0] ?? own;
  }

  describe(): DescribedParameter[] {
    return this.names.map((name) => {
      const { text, schema, described } = entryOf(this.ownName(name));
      return { name, text, schema, described, isList: this.isList(name) };
    });
  }
}

function entryOf(name: OwnName) {
  return name in CONTROLS ? CONTROLS[name as ControlName] : FILTER_TABLE[name as FilterName];
}

function isListSchema(schema: v.GenericSchema<unknown, unknown>): boolean {
  return "pipe" in schema && Array.isArray(schema.pipe) && schema.pipe[0]?.type === "array";
}

/** Those of `/omni/1/logs`, as the seeds' document and OpenAPI 3.210.0 have them. */
export const OMNI_PARAMETERS = new Parameters("omni");

/** The position of a sealed cursor; undefined when it is none of this filter. */
export type OpenCursor = (cursor: string, filter: Filter) => string | undefined;

/** Reads the query string of an endpoint; `channel` is the one that it is for, where it is for one. */
export function parseLogsRequest(
  queryString: string,
  parameters: Parameters = OMNI_PARAMETERS,
  channel?: string,
  openCursor: OpenCursor = () => undefined,
): ParsedRequest {
  const { given, violations } = gather(new URLSearchParams(queryString), parameters);
  const result = v.safeParse(requestSchema, given);
  for (const issue of result.issues ?? []) {
    const name = parameters.theirName(String(issue.path?.[0]?.key));
    if (!violations.has(name)) violations.set(name, [issue.message]);
  }
  if (!result.success || violations.size > 0) return { violations: Object.fromEntries(violations) };
  return interpret(result.output, channel, parameters, openCursor);
}

/** Each is told with the names that there are: a query of nothing but unknown ones must not become a huge answer. */
const MOST_UNKNOWN_NAMED = 10;

/** The values by our own names; and what is wrong with the names themselves. */
function gather(query: URLSearchParams, parameters: Parameters) {
  const given: Partial<Record<OwnName, string | string[]>> = {};
  const violations = new Map<string, string[]>();
  for (const [spelled, value] of query) {
    const name = parameters.nameOf(spelled);
    if (name === undefined) {
      if (violations.size < MOST_UNKNOWN_NAMED)
        violations.set(spelled.slice(0, 64), [
          `is not a parameter; there are ${parameters.names.join(", ")}`,
        ]);
      continue;
    }
    const own = parameters.ownName(name);
    if (parameters.isList(name)) given[own] = [...(given[own] ?? []), value];
    else if (own in given) violations.set(name, ["must be given once"]);
    else given[own] = value;
  }
  return { given, violations };
}

function interpret(
  { limit, useCursor, cursor, ...asked }: v.InferOutput<typeof requestSchema>,
  channel: string | undefined,
  parameters: Parameters,
  openCursor: OpenCursor,
): ParsedRequest {
  const { sentSince, sentUntil, mcc, mnc } = asked;
  if (sentSince !== undefined && sentUntil !== undefined && sentSince > sentUntil)
    return violation(parameters.theirName("sentSince"), "must not be after sentUntil");
  if (mnc !== undefined && mcc === undefined) return violation("mnc", "needs mcc beside it");
  const filter: Filter = withoutUndefined(channel === undefined ? asked : { ...asked, channel });
  if (cursor === undefined) return { request: { filter, limit, useCursor } };
  const after = openCursor(cursor, filter);
  if (after !== undefined) return { request: { filter, limit, useCursor: true, after } };
  return violation(
    "cursor",
    "is not a cursor of this query: give nextCursor as it came, and the same filters",
  );
}

const violation = (name: string, message: string): ParsedRequest => ({ violations: { [name]: [message] } });

/** Absent rather than undefined, so that the same question is the same filter. */
function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
