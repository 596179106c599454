import { isJsonObject, type Json, printJson } from "../message/json.ts";
import type { Format } from "./formats.ts";
import type { Violations } from "./parameters.ts";

/** How errors are shown: in which of Infobip's two shapes, and as XML if that was asked for. */
export interface ErrorStyle {
  readonly format: Format;
  readonly shape: "ApiException" | "ApiError";
}

/** What went wrong, as far as a client is told. */
export interface Fault {
  readonly statusCode: number;
  readonly code: string;
  readonly text: string;
  readonly violations: Violations;
}

/**
 * Prints an error as defined in OpenAPI 3.210.0: ApiException for version 1 and omni, ApiError for the newer endpoints.
 */
export async function printError({ format, shape }: ErrorStyle, fault: Fault): Promise<string> {
  const error = shape === "ApiException" ? exceptionOf(fault) : errorOf(fault);
  if (format !== "xml") return printJson(error);
  const { printXml } = await import("./xml.ts");
  return printXml(shape, wrapLists(error));
}

function exceptionOf({ code: messageId, text, violations: validationErrors }: Fault): Json {
  const isPlain = Object.keys(validationErrors).length === 0;
  return {
    requestError: { serviceException: { messageId, text, ...(isPlain ? {} : { validationErrors }) } },
  };
}

function errorOf({ statusCode, text: description, violations }: Fault): Json {
  return {
    errorCode: `E${statusCode}`,
    description,
    action: statusCode < 500 ? "Check the request and try again." : "Contact support.",
    violations: Object.entries(violations).flatMap(([property, messages]) =>
      messages.map((violation) => ({ property, violation })),
    ),
    resources: [],
  };
}

/** In XML the lists of an ApiError are elements that contain its items. They are present even if empty. */
function wrapLists(error: Json): Json {
  if (!isJsonObject(error) || !("violations" in error)) return error;
  const { violations = [], resources = [], ...same } = error;
  return { ...same, violations: wrap("violation", violations), resources: wrap("resource", resources) };
}

function wrap(name: string, items: Json): Json {
  return Array.isArray(items) && items.length > 0 ? { [name]: items } : "";
}
