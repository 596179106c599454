import * as v from "valibot";
import { parseCursor } from "./cursor.ts";
import type { Filter } from "./filter.ts";
import { IDS, PARAMETERS, type Parameter } from "./parameter-schemas.ts";

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

/** The parameters of one endpoint: what each is called there. */
export class Parameters {
  readonly schema: v.ObjectSchema<v.ObjectEntries, undefined>;
  readonly names: readonly string[];
  readonly #byLowerCase: ReadonlyMap<string, string>;
  readonly #ours: ReadonlyMap<string, Parameter>;

  constructor(parameters: readonly Parameter[], renamed: Partial<Record<Parameter, string>> = {}) {
    this.#ours = new Map(parameters.map((parameter) => [renamed[parameter] ?? parameter, parameter]));
    this.names = [...this.#ours.keys()];
    this.#byLowerCase = new Map(this.names.map((name) => [name.toLowerCase(), name]));
    this.schema = v.object(
      Object.fromEntries([...this.#ours].map(([name, ours]) => [name, PARAMETERS[ours]])),
    );
  }

  /** The name of a parameter, whatever case it is spelled in (`bulkid` and `bulkId` both stand in the seeds). */
  nameOf(spelled: string): string | undefined {
    // The official JavaScript client writes the name of a list as bulkId[].
    return this.#byLowerCase.get(spelled.toLowerCase().replace(/\[\]$/, ""));
  }

  isList(name: string): boolean {
    return PARAMETERS[this.parameterOf(name)] === IDS;
  }

  /** Our own name of a parameter of this endpoint. Throws if it has none of that name. */
  parameterOf(name: string): Parameter {
    const ours = this.#ours.get(name);
    if (ours === undefined) throw new Error("no parameter of this endpoint");
    return ours;
  }

  /** What an endpoint calls one of our parameters. */
  theirNameOf(parameter: Parameter): string {
    return [...this.#ours].find(([, ours]) => ours === parameter)?.[0] ?? parameter;
  }

  /** The values by our own names. */
  ours(values: Readonly<Record<string, unknown>>): Values {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [this.#ours.get(name) ?? name, value]),
    ) as unknown as Values;
  }
}

type Values = v.InferOutput<v.ObjectSchema<typeof PARAMETERS, undefined>>;

const PLATFORM = new Set<Parameter>(["entityId", "applicationId", "campaignReferenceId"]);
/** Those of `/omni/1/logs`, as the seeds' document and OpenAPI 3.210.0 have them: without PLATFORM. */
export const OMNI_PARAMETERS = new Parameters(
  (Object.keys(PARAMETERS) as Parameter[]).filter((name) => !PLATFORM.has(name)),
);

/** Reads the query string of an endpoint; `channel` is the one that it is for, where it is for one. */
export function parseLogsRequest(
  queryString: string,
  parameters: Parameters = OMNI_PARAMETERS,
  channel?: string,
): ParsedRequest {
  const { given, violations } = gather(new URLSearchParams(queryString), parameters);
  const result = v.safeParse(parameters.schema, given);
  for (const issue of result.issues ?? []) {
    const name = String(issue.path?.[0]?.key);
    if (!violations.has(name)) violations.set(name, [issue.message]);
  }
  if (!result.success || violations.size > 0) return { violations: Object.fromEntries(violations) };
  const values = parameters.ours(result.output);
  return interpret(channel === undefined ? values : { ...values, channel }, parameters);
}

/** Each is told with the names that there are: a query of nothing but unknown ones must not become a huge answer. */
const MOST_UNKNOWN_NAMED = 10;

/** The values by parameter; and what is wrong with the names themselves. */
function gather(query: URLSearchParams, parameters: Parameters) {
  const given: Record<string, string | string[]> = {};
  const violations = new Map<string, string[]>();
  for (const [spelled, value] of query) {
    const name = parameters.nameOf(spelled);
    if (name === undefined) {
      if (violations.size < MOST_UNKNOWN_NAMED)
        violations.set(spelled.slice(0, 64), [
          `is not a parameter; there are ${parameters.names.join(", ")}`,
        ]);
    } else if (parameters.isList(name)) {
      given[name] = [...(given[name] ?? []), value];
    } else if (name in given) {
      violations.set(name, ["must be given once"]);
    } else given[name] = value;
  }
  return { given, violations };
}

function interpret(values: Values, parameters: Parameters): ParsedRequest {
  const { bulkId, messageId, sentSince, sentUntil, limit, useCursor, cursor, ...rest } = values;
  const { entityId, applicationId, campaignReferenceId, ...same } = rest;
  if (sentSince !== undefined && sentUntil !== undefined && sentSince > sentUntil) {
    return violation(parameters.theirNameOf("sentSince"), "must not be after sentUntil");
  }
  if (same.mnc !== undefined && same.mcc === undefined) return violation("mnc", "needs mcc beside it");
  const filter = withoutUndefined({
    ...same,
    bulkIds: bulkId,
    messageIds: messageId,
    sentSinceMs: sentSince,
    sentUntilMs: sentUntil,
    fields: fieldsOf({ entityId, applicationId, campaignReferenceId }),
  }) as Filter;
  if (cursor === undefined) return { request: { filter, limit, useCursor } };
  const after = parseCursor(cursor, filter);
  if (after !== undefined) return { request: { filter, limit, useCursor: true, after } };
  return violation(
    "cursor",
    "is not a cursor of this query: give nextCursor as it came, and the same filters",
  );
}

/** The values of fields that no key holds; undefined when none is asked for. */
function fieldsOf(values: Readonly<Record<string, string | readonly string[] | undefined>>) {
  const given = Object.entries(values).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, [value].flat()]],
  );
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

const violation = (name: string, message: string): ParsedRequest => ({ violations: { [name]: [message] } });

function withoutUndefined(values: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
