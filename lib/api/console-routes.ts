import type { ClientRoute } from "./route.ts";

const COMMON = { errors: "ApiException", admission: "client", formats: ["json"] } as const;
const ENTRY = "/omnilog/1/quarantine/{id}";
const BARE = { ...COMMON, hasNoParameters: true } as const;
const SESSION = { ...BARE, path: "/omnilog/1/session" } as const;

/** The console's additional routes. They are rarely called, and only then loaded. */
export const CONSOLE_ROUTES: readonly ClientRoute[] = [
  {
    ...SESSION,
    method: "POST",
    claim: async (request) => (await import("./session.ts")).claimOf(request),
    handle: async (call, services) => (await import("./session.ts")).answerSignIn(call, services),
  },
  {
    ...SESSION,
    method: "GET",
    handle: async (call, services) => (await import("./session.ts")).answerWhoAmI(call, services),
  },
  {
    ...SESSION,
    method: "DELETE",
    bySession: true,
    handle: async (call, services) => (await import("./session.ts")).answerSignOut(call, services),
  },
  {
    ...BARE,
    method: "GET",
    path: "/omnilog/1/health",
    handle: async (call, services) => (await import("./health.ts")).answerHealth(call, services),
  },
  {
    ...COMMON,
    method: "GET",
    path: "/omnilog/1/quarantine",
    handle: async (call, services) => (await import("./quarantine.ts")).answerQuarantine(call, services),
  },
  {
    ...BARE,
    method: "GET",
    path: ENTRY,
    handle: async (call, services) => (await import("./quarantine.ts")).answerQuarantined(call, services),
  },
  {
    ...BARE,
    method: "POST",
    path: `${ENTRY}/replay`,
    bySession: true,
    handle: async (call, services) =>
      (await import("./quarantine.ts")).answerRequest("replay", call, services),
  },
  {
    ...BARE,
    method: "DELETE",
    path: ENTRY,
    bySession: true,
    handle: async (call, services) => (await import("./quarantine.ts")).answerRequest("drop", call, services),
  },
];
