import { gunzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { parse as parseCsv } from "csv-parse/sync";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect } from "vitest";
import type { HttpHandler } from "../../infra/local/http.ts";
import { describeApi } from "../../lib/api/openapi.ts";
import { matchPath } from "../../lib/api/requests.ts";

/** An answer as a client has it, the body decompressed. */
export interface Answer {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** GET where nothing is said. */
  readonly method?: string;
}

/** The API's description, with as much of it typed as tests look at. */
export const DOCUMENT = describeApi() as {
  readonly paths: Record<string, { get: Operation } & Partial<Record<"post" | "delete", Operation>>>;
};
/** The paths of the logs endpoints. */
export const LOGS_PATHS = Object.keys(DOCUMENT.paths).filter((path) => path.endsWith("/logs"));
/** What the description says of a request: where that stands in it, as its path and method. */
function placeOf(path: string, method = "GET"): { form: string; verb: "get" | "post" | "delete" } {
  // An id may have slashes, which OpenAPI has no word for.
  const isAsked = (form: string) => matchPath(form.replace(/\{messageId\}$/, "{messageId+}"), path);
  const form = Object.keys(DOCUMENT.paths).find(isAsked) ?? path;
  const there: Partial<Record<string, Operation>> = DOCUMENT.paths[form] ?? {};
  const verbs = [method === "HEAD" ? "get" : method.toLowerCase(), "get", "post"] as const;
  return { form, verb: (verbs.find((verb) => Object.hasOwn(there, verb)) ?? "get") as "get" };
}
interface Operation {
  readonly parameters: Parameter[];
  readonly responses: Record<string, Described>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description: string;
  readonly schema: Record<string, unknown>;
}
interface Described {
  readonly headers: Record<string, unknown>;
  readonly content: Record<string, { schema: unknown }>;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema(DOCUMENT, "api");

function validatorAt(pointer: readonly string[]) {
  const path = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
  const $ref = `api#/${path.join("/")}`;
  return ajv.getSchema($ref) ?? ajv.compile({ $ref });
}

/** Is this value of the schema at `pointer` of the description? */
export function isOfSchema(pointer: readonly string[], value: unknown): boolean {
  return validatorAt(pointer)(value) === true;
}

/** Fails with all that is wrong where a value is not of the schema at `pointer` of the description. */
export function expectSchema(pointer: readonly string[], value: unknown): void {
  const validate = validatorAt(pointer);
  expect(validate(value) ? [] : validate.errors, pointer.join(" ")).toEqual([]);
}

const xml = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true });
const SAFE_HEADER = /^[\t\x20-\x7e]*$/;

/** Is it well formed, of a kind that the description has, and with the headers that every answer must have? */
export function expectDescribed(answer: Answer): void {
  const { path, status, headers, method } = answer;
  for (const [name, value] of Object.entries(headers)) expect(value, name).toMatch(SAFE_HEADER);
  expect(headers).toMatchObject({
    "strict-transport-security": expect.stringContaining("max-age="),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": expect.stringMatching(/./),
  });
  if (method === "HEAD" || status === 204) expect(answer.text).toBe("");
  if (status === 204 && method === "OPTIONS") return;
  // The console's page is no part of the API: its path with a slash leads there.
  if (status === 308) {
    expect([path, answer.text]).toEqual(["/console/", ""]);
    return;
  }
  const { form, verb } = placeOf(path, method);
  const endpoint = DOCUMENT.paths[form]?.[verb];
  if (endpoint) expect(Object.keys(endpoint.responses)).toContain(String(status));
  else if (status === 200) expect(["/docs", "/openapi.json", "/health"]).toContain(path);
  else expect([404, 405, 413, 414, 431]).toContain(status);
  if (method !== "HEAD" && status !== 204 && (endpoint || status !== 200))
    expectBody(answer, endpoint ? ["paths", form, verb, "responses", String(status), "content"] : undefined);
}

function expectBody({ status, headers, text }: Answer, content: readonly string[] | undefined): void {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  if (status > 202) expect(["application/json", "application/xml"]).toContain(type);
  if (type === "application/xml") expectXml(text);
  else if (type === "text/csv") expect(parseCsv(text, { columns: true }).length).toBeLessThanOrEqual(1_000);
  else if (type === "application/x-ndjson" && content?.includes("/omnilog/1/statistics"))
    for (const line of text.split("\n").slice(0, -1)) expect(JSON.parse(line)).toBeTypeOf("object");
  else if (type === "application/x-ndjson") {
    const results = text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    const whole = content?.includes("/omnilog/1/feed") ? { results, position: "", more: false } : { results };
    if (content) expectSchema([...content, "application/json", "schema"], whole);
  } else if (content) expectSchema([...content, type, "schema"], JSON.parse(text));
  else expectSchema(["components", "schemas", "ApiException"], JSON.parse(text));
}

function expectXml(text: string): void {
  expect(XMLValidator.validate(text)).toBe(true);
  expect(Object.keys(xml.parse(text)).filter((name) => name !== "?xml")).toHaveLength(1);
}

/** What `fetch` got, checked against the description. */
export async function described(response: Response): Promise<Answer> {
  const answer = {
    path: new URL(response.url).pathname,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
  expectDescribed(answer);
  return answer;
}

/** The body that a Lambda's answer stands for. */
export function bodyOf({ body, isBase64Encoded }: { body: string; isBase64Encoded?: boolean }): string {
  return isBase64Encoded ? gunzipSync(Buffer.from(body, "base64")).toString() : body;
}

interface HttpEvent {
  readonly rawPath: string;
  readonly requestContext: { readonly http: { readonly method: string } };
}

/** The same handler, every answer of which is checked against the description; one that is not as described is a 599. */
export function checked(handler: HttpHandler): HttpHandler {
  return async (event, context) => {
    const response = await handler(event, context);
    const { rawPath: path, requestContext } = event as HttpEvent;
    try {
      expectDescribed({
        path,
        status: response.statusCode,
        headers: response.headers,
        text: bodyOf(response),
        method: requestContext.http.method,
      });
      return response;
    } catch (error) {
      return { statusCode: 599, headers: {}, body: String(error) };
    }
  };
}
