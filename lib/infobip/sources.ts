/** Where reports come from. */
export interface Source {
  readonly path: string;
  /** The channel of its reports, if they do not name it themselves. */
  readonly channel?: string;
  /** Does Infobip push its bodies? Then they may be lists, single objects or XML. */
  readonly isPushed?: true;
}

/** The endpoints that hand out reports, each report once. */
export const SOURCES = {
  sms: { path: "/sms/1/reports", channel: "SMS" },
  push: { path: "/push/1/reports", channel: "PUSH" },
  email: { path: "/email/1/reports", channel: "EMAIL" },
  omni: { path: "/omni/1/reports" },
} as const satisfies Record<string, Source>;

export type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES = Object.keys(SOURCES) as SourceName[];

/**
 * What Infobip can push, by the last part of the URL that it pushes to, since most bodies do not name their channel
 * (OpenAPI 3.210.0, webhooks). `tracking` is what recipients did with a message: opened, clicked.
 */
export const PUSHED = {
  sms: { path: "/push/sms", channel: "SMS", isPushed: true },
  email: { path: "/push/email", channel: "EMAIL", isPushed: true },
  push: { path: "/push/push", channel: "PUSH", isPushed: true },
  omni: { path: "/push/omni", isPushed: true },
  whatsapp: { path: "/push/whatsapp", channel: "WHATSAPP", isPushed: true },
  viber: { path: "/push/viber", channel: "VIBER", isPushed: true },
  rcs: { path: "/push/rcs", channel: "RCS", isPushed: true },
  messages: { path: "/push/messages", isPushed: true },
  tracking: { path: "/push/tracking", isPushed: true },
} as const satisfies Record<string, Source>;

export type PushKind = keyof typeof PUSHED;

export const PUSH_KINDS = Object.keys(PUSHED) as PushKind[];

const PUSHED_PREFIX = "push-";

/** The name of the source, and thus of the log, for this kind of push. */
export function pushedSource(kind: PushKind): string {
  return PUSHED_PREFIX + kind;
}

const PUSHED_BY_NAME: ReadonlyMap<string, Source> = new Map(
  PUSH_KINDS.map((kind) => [pushedSource(kind), PUSHED[kind]]),
);

/**
 * The source of that name. Pages of a source that no longer exists, and those that the reconciler wrote from the logs,
 * are read as reports that name their own channel.
 */
export function sourceNamed(name: string): Source {
  const pulled = SOURCE_NAMES.find((each) => each === name);
  return pulled ? SOURCES[pulled] : (PUSHED_BY_NAME.get(name) ?? { path: LOGS_PATH });
}

/** Can be read again and again, for 48 hours, at most 120 times a minute. */
export const LOGS_PATH = "/omni/1/logs";
export const LOGS_REACH_MS = 48 * 3_600_000;
/** The most records in one answer of any endpoint. */
export const MOST_RESULTS = 1_000;
