import type { Stream } from "../log/streams.ts";
import type { Style } from "../message/fields.ts";
import { isJsonObject, type Json, type JsonObject } from "../message/json.ts";
import type { MessageRecord } from "../message/record.ts";
import type { ErrorStyle } from "./errors.ts";

/** One of Infobip's reports endpoints, from which clients pull here. */
export interface ReportsEndpoint {
  readonly path: string;
  /**
   * The stream that it hands out, and whose position it moves: a channel's newer endpoint continues where the older one
   * stopped.
   */
  readonly stream: Stream;
  readonly filters: readonly ReportFilter[];
  /** How it shows a report; `xmlStyle` if XML differs. */
  readonly style: Style;
  readonly xmlStyle?: Style;
  /** The root element of its XML answer. */
  readonly xmlRoot: string;
  readonly errors: ErrorStyle["shape"];
}

/** The filters of reports, by parameter. */
export const REPORT_FILTERS = {
  bulkId: ({ bulkId }: MessageRecord) => bulkId,
  messageId: ({ messageId }: MessageRecord) => messageId,
  channel: ({ channel }: MessageRecord) => channel,
  entityId: (record: MessageRecord) => record.entityId ?? platformOf(record).entityId,
  applicationId: (record: MessageRecord) => record.applicationId ?? platformOf(record).applicationId,
  campaignReferenceId: ({ campaignReferenceId }: MessageRecord) => campaignReferenceId,
} satisfies Record<string, (record: MessageRecord) => Json | undefined>;

export type ReportFilter = keyof typeof REPORT_FILTERS;

const OLD = ["bulkId", "messageId"] as const;
const PLATFORM = ["entityId", "applicationId", "campaignReferenceId"] as const;

/**
 * Parameters and fields are those of the seeds (version 1) and of OpenAPI 3.210.0 (versions 3 and 4, and the platform's
 * parameters). XML roots are from the seeds; for push that of omni, which its document shows. In that one the network
 * is mccMnc in JSON, but mccmnc in XML.
 */
export const REPORTS_ENDPOINTS: readonly ReportsEndpoint[] = [
  {
    path: "/sms/1/reports",
    stream: "sms",
    filters: [...OLD, ...PLATFORM],
    style: "smsReports",
    xmlRoot: "reportResponse",
    errors: "ApiException",
  },
  {
    path: "/email/1/reports",
    stream: "email",
    filters: [...OLD, ...PLATFORM],
    style: "emailReports",
    xmlRoot: "ReportsResponse",
    errors: "ApiException",
  },
  {
    path: "/push/1/reports",
    stream: "push",
    filters: OLD,
    style: "omniReports",
    xmlStyle: "omniReportsXml",
    xmlRoot: "omniReportsResponse",
    errors: "ApiException",
  },
  {
    path: "/omni/1/reports",
    stream: "omni",
    filters: [...OLD, "channel"],
    style: "omniReports",
    xmlStyle: "omniReportsXml",
    xmlRoot: "omniReportsResponse",
    errors: "ApiException",
  },
  newer("/sms/3/reports", "sms"),
  newer("/email/4/reports", "email"),
  newer("/push/3/reports", "push"),
];

function newer(path: string, stream: Stream): ReportsEndpoint {
  return {
    path,
    stream,
    filters: [...OLD, ...PLATFORM],
    style: "newerReports",
    xmlRoot: "DeliveryReports",
    errors: "ApiError",
  };
}

function platformOf(record: MessageRecord): JsonObject {
  return isJsonObject(record.platform) ? record.platform : {};
}
