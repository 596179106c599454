import * as v from "valibot";
import { parseMoment } from "../runtime/time.ts";
import { STATUS_GROUPS } from "../store/record.ts";
import { parseCursor } from "./cursor.ts";
import type { Filter } from "./filter.ts";

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

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const ids = v.pipe(
  v.array(v.string()),
  v.transform((values) =>
    values
      .flatMap((value) => value.split(","))
      .map((id) => id.trim())
      .filter((id) => id !== ""),
  ),
  v.minLength(1, "must not be empty"),
  v.maxLength(1_000, "must be at most 1000 ids"),
);
const DATE_FORM = "must be a date such as 2015-02-22T17:42:05.390+01:00 (offset required, + written as %2B)";
const date = v.pipe(
  v.string(),
  v.transform((value) => parseMoment(repairOffset(value))?.epochMs ?? Number.NaN),
  v.number(DATE_FORM),
);
const digits = (form: RegExp, message: string) => v.pipe(v.string(), v.regex(form, message));

const limit = v.pipe(
  digits(/^\d{1,9}$/, "must be a whole number from 1 to 1000"),
  v.transform(Number),
  v.minValue(1, "must be a whole number from 1 to 1000"),
  v.maxValue(1_000, "must be a whole number from 1 to 1000"),
);
const flag = v.pipe(
  v.picklist(["true", "false"], "must be true or false"),
  v.transform((value) => value === "true"),
);

/** Every parameter there is, by the name that the omni and version 1 logs have for it. */
const PARAMETERS = {
  from: v.optional(text),
  to: v.optional(text),
  bulkId: v.optional(ids),
  messageId: v.optional(ids),
  generalStatus: v.optional(v.picklist(STATUS_GROUPS, `must be one of ${STATUS_GROUPS.join(", ")}`)),
  sentSince: v.optional(date),
  sentUntil: v.optional(date),
  limit: v.optional(limit, "50"),
  mcc: v.optional(digits(/^\d{3}$/, "must be three digits")),
  mnc: v.optional(digits(/^\d{1,3}$/, "must be one to three digits")),
  channel: v.optional(v.pipe(text, v.maxLength(64, "must be at most 64 characters"))),
  /** Of Infobip's newer logs, here on all of them. */
  useCursor: v.optional(flag, "false"),
  cursor: v.optional(text),
};

export type Parameter = keyof typeof PARAMETERS;

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
    const ours = this.#ours.get(name);
    return ours === "bulkId" || ours === "messageId";
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

/** The parameters of `/omni/1/logs`, as the seeds' omni logs document and OpenAPI 3.210.0 have them. */
export const OMNI_PARAMETERS = new Parameters(Object.keys(PARAMETERS) as Parameter[]);

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

/** The values by parameter; and what is wrong with the names themselves. */
function gather(query: URLSearchParams, parameters: Parameters) {
  const given: Record<string, string | string[]> = {};
  const violations = new Map<string, string[]>();
  for (const [spelled, value] of query) {
    const name = parameters.nameOf(spelled);
    if (name === undefined) {
      violations.set(spelled.slice(0, 64), [`is not a parameter; there are ${parameters.names.join(", ")}`]);
    } else if (parameters.isList(name)) {
      given[name] = [...(given[name] ?? []), value];
    } else if (name in given) {
      violations.set(name, ["must be given once"]);
    } else given[name] = value;
  }
  return { given, violations };
}

function interpret(values: Values, parameters: Parameters): ParsedRequest {
  const { bulkId, messageId, sentSince, sentUntil, limit, useCursor, cursor, ...same } = values;
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
  }) as Filter;
  if (cursor === undefined) return { request: { filter, limit, useCursor } };
  const after = parseCursor(cursor, filter);
  if (after !== undefined) return { request: { filter, limit, useCursor: true, after } };
  return violation(
    "cursor",
    "is not a cursor of this query: give nextCursor as it came, and the same filters",
  );
}

function violation(name: string, message: string): ParsedRequest {
  return { violations: { [name]: [message] } };
}

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A `+` that was not encoded arrives as a space; the seeds' PHP example encodes it twice. */
function repairOffset(value: string): string {
  return value.replace(/(?: |%2b)(?=\d{2}:?\d{2}$)/i, "+");
}
