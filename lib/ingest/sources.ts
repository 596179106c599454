/** The four endpoints that hand out reports, each of them once. */
export interface Source {
  readonly path: string;
  /** The channel of its reports, where they do not say it themselves. */
  readonly channel?: string;
}

export const SOURCES = {
  sms: { path: "/sms/1/reports", channel: "SMS" },
  push: { path: "/push/1/reports", channel: "PUSH" },
  email: { path: "/email/1/reports", channel: "EMAIL" },
  omni: { path: "/omni/1/reports" },
} as const satisfies Record<string, Source>;

export type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

/** Re-readable, for 48 hours, at most 120 times a minute. */
export const LOGS_PATH = "/omni/1/logs";
export const LOGS_REACH_MS = 48 * 3_600_000;
/** The most records that one answer of any endpoint holds. */
export const MOST_RESULTS = 1_000;
