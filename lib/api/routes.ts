import { CONSOLE_ROUTES } from "./console-routes.ts";
import { LOGS_ENDPOINTS } from "./endpoints.ts";
import { FORMATS, type Format } from "./formats.ts";
import { answerLogs } from "./logs.ts";
import { REPORTS_ENDPOINTS } from "./report-endpoints.ts";
import { movedTo, page, type Reply, unread } from "./responses.ts";
import type { Route } from "./route.ts";

/** Infobip's two formats. */
const REPORT_FORMATS: readonly Format[] = ["json", "xml"];

/** Every route. HEAD and OPTIONS follow from these. */
export const ROUTES: readonly Route[] = [
  ...LOGS_ENDPOINTS.flatMap((endpoint) =>
    endpoint.methods.map(
      (method): Route => ({
        method,
        path: endpoint.path,
        errors: endpoint.errors,
        admission: "client",
        formats: FORMATS,
        handle: ({ request, client, format }, services) =>
          answerLogs(endpoint, request, { client, format }, services),
      }),
    ),
  ),
  ...REPORTS_ENDPOINTS.map(
    (endpoint): Route => ({
      method: "GET",
      path: endpoint.path,
      errors: endpoint.errors,
      admission: "client",
      formats: REPORT_FORMATS,
      // A person who looks must not take what their programs are waiting for.
      bySession: false,
      handle: async ({ request, client, format }, services) => {
        const { answerReports } = await import("./reports.ts");
        return answerReports(endpoint, request, { client, format }, await services.reports());
      },
    }),
  ),
  {
    method: "GET",
    path: "/omnilog/1/feed",
    errors: "ApiException",
    admission: "client",
    formats: ["json", "ndjson"],
    handle: async ({ request, ...admission }, services) => {
      const { answerFeed } = await import("./feed.ts");
      return answerFeed(request, admission, await services.reports());
    },
  },
  {
    method: "GET",
    path: "/omnilog/1/messages/{messageId+}",
    hasNoParameters: true,
    errors: "ApiException",
    admission: "client",
    formats: ["json"],
    handle: async ({ parameters, ...admission }, services) => {
      const { answerHistory } = await import("./history.ts");
      return answerHistory(parameters, admission, services);
    },
  },
  {
    method: "GET",
    path: "/omnilog/1/positions",
    hasNoParameters: true,
    errors: "ApiException",
    admission: "client",
    formats: ["json"],
    handle: async (call, services) => {
      const { answerPositions } = await import("./positions.ts");
      return answerPositions(call, await services.reports());
    },
  },
  {
    method: "POST",
    path: "/omnilog/1/positions/{source}",
    hasNoParameters: true,
    errors: "ApiException",
    admission: "client",
    formats: ["json"],
    handle: async (call, services) => {
      const { answerRewind } = await import("./positions.ts");
      return answerRewind(call, await services.reports());
    },
  },
  {
    method: "GET",
    path: "/omnilog/1/incidents",
    errors: "ApiException",
    admission: "client",
    formats: ["json"],
    handle: async ({ request, ...admission }, services) => {
      const { answerIncidents } = await import("./incidents.ts");
      return answerIncidents(request, admission, services);
    },
  },
  ...CONSOLE_ROUTES,
  ...(["GET", "POST"] as const).map(
    (method): Route => ({
      method,
      path: "/omnilog/1/statistics",
      errors: "ApiException",
      admission: "client",
      formats: ["json", "csv", "ndjson"],
      handle: async ({ request, ...admission }, services) => {
        const { answerStatistics } = await import("./statistics.ts");
        return answerStatistics(request, admission, services);
      },
    }),
  ),
  open("/openapi.json", async () => {
    // Rarely needed, so it is loaded on demand.
    const { describeApi } = await import("./openapi.ts");
    return page("application/json; charset=utf-8", JSON.stringify(describeApi()));
  }),
  open("/docs", async () => {
    const { docsPage } = await import("./docs-page.ts");
    return page("text/html; charset=utf-8", docsPage());
  }),
  // API Gateway's `/console/{proxy+}` does not match this path, so it is redirected here; browsers keep the fragment.
  open("/console/", async () => movedTo("../console")),
  // It does not ask the database: it only tells a load balancer that the endpoint is up.
  open("/health", async () => page("application/json; charset=utf-8", '{"status":"UP"}')),
];

function open(path: string, describe: () => Promise<Reply["response"]>): Route {
  const handle = async () => unread(await describe());
  return { method: "GET", path, errors: "ApiException", admission: "anyone", handle };
}
