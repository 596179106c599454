/**
 * What Omnilog configures through Infobip's Subscriptions API (OpenAPI 3.210.0, `/subscriptions/1`): one subscription
 * per channel, each with its own profile, since the URL names the kind of push; and one security setting for all of
 * them.
 */

/** A channel as that API names it: the URL its reports are pushed to, and the events that are subscribed to. */
export interface PushedChannel {
  /** The last part of `/push/{kind}`. */
  readonly kind: string;
  readonly events: readonly string[];
}

export const PUSHED_CHANNELS = {
  SMS: { kind: "sms", events: ["CLICK", "DELIVERY"] },
  EMAIL: {
    kind: "email",
    events: [
      ...["CLICK", "COMPLAINT", "DELIVERY", "LATE_BOUNCE", "OPEN", "UNSUBSCRIBE"],
      // Warnings about a sender's domain: they raise an alarm.
      ...["HIGH_BOUNCE_RATE_BLOCKED", "HIGH_BOUNCE_RATE_WARNING"],
    ],
  },
  MOBILE_PUSH: { kind: "push", events: ["DELIVERY", "SEEN"] },
  WHATSAPP: { kind: "whatsapp", events: ["CLICK", "DELIVERY", "SEEN"] },
  VIBER: { kind: "viber", events: ["CLICK", "DELIVERY", "SEEN"] },
  RCS: { kind: "rcs", events: ["CLICK", "DELIVERY", "SEEN"] },
} as const satisfies Readonly<Record<string, PushedChannel>>;
export type PushedChannelName = keyof typeof PUSHED_CHANNELS;
export const PUSHED_CHANNEL_NAMES = Object.keys(PUSHED_CHANNELS) as PushedChannelName[];

/**
 * How a push proves that it comes from Infobip. `path` puts the secret into the URL, for accounts that cannot send
 * headers.
 */
export type PushProof =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "hmac"; readonly header: string; readonly algorithm: string; readonly key: string }
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | { readonly kind: "path"; readonly secret: string };

/** The number of reports in a push, of pushes at a time, and of pushes a second. */
export interface PushLimits {
  readonly maxBucketSize: number;
  readonly windowSize: number;
  readonly rateLimit: number;
}

export const PUSH_LIMITS = { maxBucketSize: 1_000, windowSize: 20, rateLimit: 100 } satisfies PushLimits;

/** Longer than the receiver may take, so that Infobip does not give up on a push that is being stored. */
const TIMEOUTS = { connectTimeout: 10_000, readTimeout: 60_000 };

type Fields = Readonly<Record<string, unknown>>;

/** The three resources as they should be; `security` only if the proof is one of the API's types. */
export interface WantedSubscription {
  readonly channel: PushedChannelName;
  readonly subscriptionId: string;
  readonly profileId: string;
  readonly authId: string;
  readonly subscription: Fields;
  readonly profile: Fields;
  readonly security: Fields | undefined;
}

/** The desired subscription of a channel. `name` distinguishes stacks; `url` is the address of the service. */
export function wantedOf(
  channel: PushedChannelName,
  { name, url, proof, limits }: { name: string; url: string; proof: PushProof; limits: PushLimits },
): WantedSubscription {
  const { kind, events } = PUSHED_CHANNELS[channel];
  const [authId, id] = [`omnilog-${name}`, `omnilog-${name}-${kind}`];
  const security = securityOf(proof);
  const secret = proof.kind === "path" ? `/${encodeURIComponent(proof.secret)}` : "";
  const notifyUrl = `${url.replace(/\/+$/, "")}/push/${kind}${secret}`;
  return {
    ...{ channel, authId, profileId: id, subscriptionId: id, security },
    subscription: { name: `Omnilog ${name} ${channel}`, events, profile: { profileId: id } },
    profile: {
      webhook: { contentType: "application/json", notifyUrl },
      ...(security && { security: { authId } }),
      ...limits,
      ...TIMEOUTS,
      ...(proof.kind === "header" && { headers: { [proof.name]: proof.value } }),
    },
  };
}

function securityOf(proof: PushProof): Fields | undefined {
  if (proof.kind === "basic") {
    const { username, password } = proof;
    return { type: "BASIC", credentials: { username, password } };
  }
  if (proof.kind !== "hmac") return undefined;
  // MD5 stands for HMAC_MD5, and SHA256 for HMAC_SHA_256.
  const algorithm = `HMAC_${proof.algorithm.toUpperCase().replace(/^SHA-?/, "SHA_")}`;
  return { type: "HMAC", credentials: { secretKey: proof.key, algorithm } };
}

/** Values that authenticate the sender of a push are named but never shown. */
const SECRET =
  /^(security\.credentials\.(password|secretKey)|profile\.headers\..*|profile\.webhook\.notifyUrl)$/;

/**
 * Compares the fields that we set; one line for each difference. Fields that Infobip adds are ignored. A secret that
 * comes back masked cannot be compared, and counts as equal.
 */
export function differences(what: string, found: unknown, wanted: unknown): string[] {
  if (Array.isArray(wanted)) return sameList(found, wanted) ? [] : [told(what, found, wanted)];
  if (!isFields(wanted)) return found === wanted || isMasked(what, found) ? [] : [told(what, found, wanted)];
  const inner = isFields(found) ? found : {};
  return Object.entries(wanted).flatMap(([name, value]) =>
    differences(`${what}.${name}`, inner[name], value),
  );
}

function sameList(found: unknown, wanted: readonly unknown[]): boolean {
  return Array.isArray(found) && JSON.stringify([...found].sort()) === JSON.stringify([...wanted].sort());
}

function isMasked(what: string, found: unknown): boolean {
  return SECRET.test(what) && typeof found === "string" && /^[*•]+$/.test(found);
}

function told(what: string, found: unknown, wanted: unknown): string {
  if (what === "profile.webhook.notifyUrl")
    return `${what} is ${shownUrl(found)} and should be ${shownUrl(wanted)}`;
  if (SECRET.test(what)) return `${what} ${found === undefined ? "is missing" : "is another one"}`;
  return `${what} is ${JSON.stringify(found) ?? "missing"} and should be ${JSON.stringify(wanted)}`;
}

/** The URL without anything that may be a secret. */
export function shownUrl(url: unknown): string {
  if (typeof url !== "string" || !URL.canParse(url)) return url === undefined ? "missing" : "no URL";
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/^(.*\/push\/[^/]*)\/.+$/, "$1/…");
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
