import { isJsonObject, type Json, type JsonObject } from "../runtime/json.ts";
import type { MessageRecord, ReportError } from "../store/record.ts";
import { OMNI_PARAMETERS, Parameters } from "./parameters.ts";

/** One of Infobip's logs endpoints, as the archive serves it: the same engine, the endpoint's own names. */
export interface LogsEndpoint {
  readonly path: string;
  /** The one channel that it serves; undefined: all of them. */
  readonly channel?: string;
  readonly parameters: Parameters;
  /** A record as this endpoint shows it; undefined: as it is stored, which is as the omni logs have it. */
  readonly present?: (record: MessageRecord) => JsonObject;
  /** The root of its XML answer. */
  readonly xmlRoot: string;
  /** The shape of its errors: ApiException (version 1) or ApiError (the newer ones), as OpenAPI 3.210.0 calls them. */
  readonly errors: "ApiException" | "ApiError";
}

const NETWORK = ["mcc", "mnc"] as const;
const COMMON = [
  "from",
  "to",
  "bulkId",
  "messageId",
  "generalStatus",
  "sentSince",
  "sentUntil",
  "limit",
  "entityId",
  "applicationId",
  "campaignReferenceId",
  "useCursor",
  "cursor",
] as const;
const NEWER_NAMES = { from: "sender", to: "destination" };

/** The names are from the seeds (omni) and from OpenAPI 3.210.0 and the official clients' models (the others). */
export const LOGS_ENDPOINTS: readonly LogsEndpoint[] = [
  {
    path: "/omni/1/logs",
    parameters: OMNI_PARAMETERS,
    xmlRoot: "omniLogsResponse",
    errors: "ApiException",
  },
  {
    path: "/sms/1/logs",
    channel: "SMS",
    parameters: new Parameters([...COMMON, ...NETWORK]),
    present: ({ channel: _, messageCount, mccmnc, ...same }) => ({
      ...same,
      ...(messageCount === undefined ? {} : { smsCount: messageCount }),
      ...(mccmnc === undefined ? {} : { mccMnc: mccmnc }),
    }),
    xmlRoot: "smsLogsResponse",
    errors: "ApiException",
  },
  {
    path: "/email/1/logs",
    channel: "EMAIL",
    parameters: new Parameters(COMMON),
    present: ({ channel: _, mccmnc: __, ...same }) => same,
    xmlRoot: "emailLogsResponse",
    errors: "ApiException",
  },
  {
    path: "/push/1/logs",
    channel: "PUSH",
    parameters: new Parameters(COMMON),
    xmlRoot: "pushLogsResponse",
    errors: "ApiException",
  },
  {
    path: "/sms/3/logs",
    channel: "SMS",
    parameters: new Parameters([...COMMON, ...NETWORK], NEWER_NAMES),
    present: (record) => newer(record, record.text === undefined ? {} : { content: { text: record.text } }),
    xmlRoot: "LogResponse",
    errors: "ApiError",
  },
  {
    path: "/email/4/logs",
    channel: "EMAIL",
    parameters: new Parameters(COMMON, NEWER_NAMES),
    present: (record) => newer(record, record.text === undefined ? {} : { text: record.text }),
    xmlRoot: "LogResponse",
    errors: "ApiError",
  },
];

/** A record with the names of the newer logs: sender, destination, mccMnc, platform. */
function newer(record: MessageRecord, content: JsonObject): JsonObject {
  const {
    channel: _,
    from,
    to,
    text: __,
    mccmnc,
    error,
    entityId,
    applicationId,
    platform,
    ...same
  } = record;
  const place = isJsonObject(platform) ? platform : withoutAbsent({ entityId, applicationId });
  return {
    ...withoutAbsent({ sender: from, destination: to }),
    ...same,
    ...withoutAbsent({ mccMnc: mccmnc, error: error && newerError(error) }),
    ...content,
    ...(Object.keys(place).length > 0 ? { platform: place } : {}),
  };
}

/** Version 1 says "Ok" where the newer models, which the clients check, only know "OK". */
function newerError(error: ReportError): JsonObject {
  return { ...error, ...(error.groupName === "Ok" ? { groupName: "OK" } : {}) };
}

function withoutAbsent(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}
