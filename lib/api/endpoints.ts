import type { Style } from "../message/fields.ts";
import { OMNI_PARAMETERS, Parameters } from "./parameters.ts";

/** One of Infobip's logs endpoints, as the archive serves it: the same search, with the endpoint's own names. */
export interface LogsEndpoint {
  readonly path: string;
  /** Two of the request lines in the document of the omni logs are POSTs, which are answered like GETs. */
  readonly methods: readonly ("GET" | "POST")[];
  /** The channel that it serves; undefined: all of them. */
  readonly channel?: string;
  readonly parameters: Parameters;
  /** How it shows a record; `omni` is how records are stored. */
  readonly style: Style;
  /** The root element of its XML answer. */
  readonly xmlRoot: string;
  /**
   * The shape of its errors, by the names of OpenAPI 3.210.0: ApiException (version 1) or ApiError (the newer ones).
   */
  readonly errors: "ApiException" | "ApiError";
}

const OLDER = { methods: ["GET"], errors: "ApiException" } as const;
const NEWER = { methods: ["GET"], errors: "ApiError", xmlRoot: "LogResponse" } as const;

/**
 * The endpoints, from the seeds (omni), from OpenAPI 3.210.0 and from the official clients (the others). Four of the
 * five XML examples in the omni logs document have the root `smsLogsResponse`, and `result` inside `results`.
 */
export const LOGS_ENDPOINTS: readonly LogsEndpoint[] = [
  {
    path: "/omni/1/logs",
    methods: ["GET", "POST"],
    parameters: OMNI_PARAMETERS,
    style: "omni",
    xmlRoot: "smsLogsResponse",
    errors: "ApiException",
  },
  {
    ...OLDER,
    path: "/sms/1/logs",
    channel: "SMS",
    parameters: new Parameters("networks"),
    style: "sms",
    xmlRoot: "smsLogsResponse",
  },
  {
    ...OLDER,
    path: "/email/1/logs",
    channel: "EMAIL",
    parameters: new Parameters("others"),
    style: "email",
    xmlRoot: "emailLogsResponse",
  },
  {
    ...OLDER,
    path: "/push/1/logs",
    channel: "PUSH",
    parameters: new Parameters("others"),
    style: "omni",
    xmlRoot: "pushLogsResponse",
  },
  // Deprecated since 2020, but old clients still call it.
  {
    ...OLDER,
    path: "/tts/3/logs",
    channel: "VOICE",
    parameters: new Parameters("networks"),
    style: "sms",
    xmlRoot: "ttsLogsResponse",
  },
  {
    ...NEWER,
    path: "/sms/3/logs",
    channel: "SMS",
    parameters: new Parameters("networks", { isNewer: true }),
    style: "newer",
  },
  {
    ...NEWER,
    path: "/email/4/logs",
    channel: "EMAIL",
    parameters: new Parameters("others", { isNewer: true }),
    style: "newerEmail",
  },
  ...(["push/3", "viber/2", "mms/2"] as const).map(
    (name): LogsEndpoint => ({
      ...NEWER,
      path: `/${name}/logs`,
      channel: name.split("/")[0]?.toUpperCase() ?? "",
      parameters: new Parameters("others", { isNewer: true }),
      style: "newer",
    }),
  ),
];
