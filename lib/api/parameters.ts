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

/** A client's query. */
export interface LogsRequest {
  readonly filter: Filter;
  readonly limit: number;
  readonly useCursor: boolean;
  /** The order key to continue after. */
  readonly after?: string;
}

/** Everything that is wrong with a query, by parameter. */
export type Violations = Readonly<Record<string, readonly string[]>>;

export type ParsedRequest = { readonly request: LogsRequest } | { readonly violations: Violations };

const LIMIT = "must be a whole number from 1 to 1000";

/** The parameters that are not filters: how many records, and where to continue. */
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
  /** Infobip offers cursors only on its newer logs; here all endpoints have them. */
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

/** Parses the values that an endpoint received, by our own names. */
const requestSchema = v.object({ ...optionalFilters(), ...controlSchemas() });

/** One entry per filter, with types from the table: a filter that is added there is parsed here. */
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

/** A parameter, as the API's description shows it. */
export interface DescribedParameter {
  readonly name: string;
  readonly text: string;
  readonly schema: v.GenericSchema<unknown, unknown>;
  readonly described?: Readonly<Record<string, unknown>> | undefined;
  readonly isList: boolean;
}

/** The parameters of one endpoint, by its own names. */
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

  /** The name of a parameter, ignoring case (the seeds have both `bulkid` and `bulkId`). */
  nameOf(spelled: string): string | undefined {
    // The official JavaScript client appends [] to the names of lists: bulkId[].
    return this.#byLowerCase.get(spelled.toLowerCase().replace(/\[\]$/, ""));
  }

  isList(name: string): boolean {
    return isListSchema(entryOf(this.ownName(name)).schema);
  }

  /** Our own name for a parameter of this endpoint. Throws InvalidInput if there is none. */
  ownName(name: string): OwnName {
    const own = this.#own.get(name);
    if (own === undefined) throw new InvalidInput("this is no parameter of this endpoint");
    return own;
  }

  /** This endpoint's name for one of our parameters. */
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

/** The parameters of `/omni/1/logs`, from the seeds' document and OpenAPI 3.210.0. */
export const OMNI_PARAMETERS = new Parameters("omni");

/** The position in a sealed cursor; undefined if the cursor does not belong to this filter. */
export type OpenCursor = (cursor: string, filter: Filter) => string | undefined;

/** Parses the query string of an endpoint. `channel` is set for endpoints that serve a single one. */
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

/**
 * The answer lists the valid names for each unknown one, so a query of many unknown names must not get a huge answer.
 */
const MOST_UNKNOWN_NAMED = 10;

/** The values by our own names, and what is wrong with the names themselves. */
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

/** Removes undefined values, so that equal questions have equal filters. */
function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
