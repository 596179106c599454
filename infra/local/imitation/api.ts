import {
  type Entry,
  type ImitatedAnswer,
  type ListAnswer,
  NOT_ALLOWED,
  NOT_FOUND,
  TOO_MANY_REQUESTS,
  UNAUTHORIZED,
} from "./answer.ts";
import { writeLog } from "./logs.ts";
import { REPORT_ENDPOINTS, type ReportEndpoint } from "./message.ts";
import { BadParameter, parseLogQuery, parseReportQuery } from "./query.ts";
import { matchesReport, type Report, writeReport } from "./reports.ts";
import type { ReceivedRequest } from "./request.ts";
import type { World } from "./world.ts";

const LOGS_PATH = "/omni/1/logs";
const ROOTS: Record<ReportEndpoint, string> = {
  sms: "reportResponse",
  push: "pushReportsResponse",
  email: "ReportsResponse",
  omni: "omniReportsResponse",
};

export interface ApiOptions {
  world: World;
  authorization: string;
  logsPerMinute: number;
}

/** The endpoints of Infobip, as answers to requests; nothing here knows of sockets or faults. */
export class Api {
  readonly #options: ApiOptions;
  readonly #repeats = new Map<ReportEndpoint, Report[]>();
  #logTimes: number[] = [];

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** The answer; a list of reports has used up the reports in it. */
  answer(request: ReceivedRequest): ImitatedAnswer {
    if (request.authorization !== this.#options.authorization) return UNAUTHORIZED;
    const endpoint = REPORT_ENDPOINTS.find((name) => request.path === `/${name}/1/reports`);
    if (!endpoint && request.path !== LOGS_PATH) return NOT_FOUND;
    if (request.method !== "GET") return NOT_ALLOWED;
    try {
      return endpoint ? this.#reports(request, endpoint) : this.#logs(request);
    } catch (error) {
      if (error instanceof BadParameter) return error.refusal;
      throw error;
    }
  }

  /** Hands these reports out once more with the next list of their endpoint that they match. */
  repeat(reports: readonly Report[]): void {
    for (const report of reports) {
      const { endpoint } = report.message;
      this.#repeats.set(endpoint, [...(this.#repeats.get(endpoint) ?? []), report]);
    }
  }

  #reports(request: ReceivedRequest, endpoint: ReportEndpoint): ListAnswer {
    const query = parseReportQuery(request.query, endpoint);
    const isWanted = (report: Report) => matchesReport(report, query);
    const repeats = this.#repeats.get(endpoint) ?? [];
    this.#repeats.set(
      endpoint,
      repeats.filter((report) => !isWanted(report)),
    );
    const taken = this.#options.world.takeReports(endpoint, query, request.at);
    const entries: Entry[] = [
      ...repeats.filter(isWanted).map((report) => ({ record: writeReport(report, request.format) })),
      ...taken.map((report) => ({ record: writeReport(report, request.format), report })),
    ];
    return { kind: "list", root: ROOTS[endpoint], entries };
  }

  #logs(request: ReceivedRequest): ImitatedAnswer {
    const { world, logsPerMinute } = this.#options;
    this.#logTimes = this.#logTimes.filter((time) => time > request.at - 60_000);
    if (this.#logTimes.length >= logsPerMinute) return TOO_MANY_REQUESTS;
    this.#logTimes.push(request.at);
    const messages = world.logs(parseLogQuery(request.query), request.at);
    const entries = messages.map((message) => ({ record: writeLog(message, request.at) }));
    return { kind: "list", root: "omniLogsResponse", entries };
  }
}
