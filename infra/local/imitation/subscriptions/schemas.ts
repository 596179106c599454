import * as v from "valibot";

/**
 * What Infobip's Subscriptions API takes (OpenAPI 3.210.0, `/subscriptions/1`): the bounds are the document's. It names
 * no fields beside these; an unknown one is refused here, so that a misspelt setting does not pass for one.
 */

/** The events of the channels that carry messages of one's own: `Simple…Events` of the document. */
export const CHANNEL_EVENTS: Readonly<Record<string, readonly string[]>> = {
  EMAIL:
    "CLICK,COMPLAINT,DELIVERY,HIGH_BOUNCE_RATE_BLOCKED,HIGH_BOUNCE_RATE_WARNING,LATE_BOUNCE,OPEN,UNSUBSCRIBE".split(
      ",",
    ),
  MMS: ["CLICK", "DELIVERY", "INBOUND_MESSAGE"],
  MOBILE_PUSH: ["DELIVERY", "SEEN", "SENT"],
  RCS: ["CLICK", "DELIVERY", "INBOUND_MESSAGE", "SEEN", "SUGGESTION", "TYPING_INDICATOR"],
  SMS: ["CLICK", "DELIVERY", "INBOUND_MESSAGE"],
  VIBER: ["CLICK", "CONSENT_UPDATE", "DELIVERY", "INBOUND_MESSAGE", "SEEN", "TEMPLATE_UPDATE"],
  WEB_PUSH: ["DELIVERY"],
  WHATSAPP: ["CLICK", "DELIVERY", "IDENTITY_CHANGE", "INBOUND_MESSAGE", "SEEN", "TEMPLATE_UPDATE"],
  ZALO: ["CLICK", "DELIVERY", "INBOUND_MESSAGE", "TEMPLATE_UPDATE"],
};

const text = (most = 255) =>
  v.pipe(v.string(), v.minLength(1, "must not be empty"), v.maxLength(most, `must be at most ${most} long`));
/** "Used as part of a URL path and must not include any characters that require URL encoding." */
const id = v.pipe(v.string(), v.regex(/^[\w.~-]{1,255}$/, "must not need URL encoding"));
const whole = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer("must be a whole number"),
    v.minValue(least, `must be greater than or equal to ${least}`),
    v.maxValue(most, `must be less than or equal to ${most}`),
  );
const headers = v.record(v.string(), v.string());
/** The full schema where the field is there, the other where it is not, so that faults are told by their own field. */
const either = <Full extends v.GenericSchema, Other extends v.GenericSchema>(
  field: string,
  full: Full,
  other: Other,
) =>
  v.lazy<Full | Other>((input) =>
    typeof input === "object" && input !== null && field in input ? full : other,
  );

const basic = v.strictObject({
  type: v.literal("BASIC"),
  credentials: v.strictObject({ username: text(), password: text() }),
});
const hmac = v.strictObject({
  type: v.literal("HMAC"),
  credentials: v.strictObject({
    secretKey: text(),
    algorithm: v.picklist([
      "HMAC_MD5",
      "HMAC_SHA_1",
      "HMAC_SHA_224",
      "HMAC_SHA_256",
      "HMAC_SHA_384",
      "HMAC_SHA_512",
    ]),
  }),
});
/** OAUTH and CUSTOM are in the document, and not imitated: what pushes with them would have to be made up. */
export const securityUpdate = v.variant("type", [basic, hmac]);
export const securityRequest = v.variant("type", [
  v.strictObject({ authId: id, ...basic.entries }),
  v.strictObject({ authId: id, ...hmac.entries }),
]);
const idOnlySecurity = v.strictObject({ authId: id });

const settings = {
  clientCertificateId: v.optional(text()),
  maxBucketSize: v.optional(whole(1, 2000)),
  windowSize: v.optional(whole(20, 10_000)),
  connectTimeout: v.optional(whole(300, 30_000)),
  readTimeout: v.optional(whole(1000, 90_000)),
  enabledSSLProtocols: v.optional(v.array(v.picklist(["TLSv1.2", "TLSv1.3"]))),
  headers: v.optional(headers),
  responseRegex: v.optional(v.string()),
  responseBodyRegex: v.optional(v.string()),
  rateLimit: v.optional(whole(1, 5000)),
};
const webhook = v.strictObject({
  contentType: v.optional(v.pipe(v.string(), v.maxLength(255))),
  notifyUrl: v.pipe(v.string(), v.maxLength(512), v.url("must be a URL")),
});
export const profileUpdate = v.strictObject({ webhook, security: v.optional(idOnlySecurity), ...settings });
/** "Provide an ID of existing security settings if you wish to reuse them or submit full definition." */
export const profileRequest = v.strictObject({
  profileId: id,
  webhook,
  security: v.optional(either("type", securityRequest, idOnlySecurity)),
  ...settings,
});
const idOnlyProfile = v.strictObject({ profileId: id });

const subscription = {
  name: v.optional(text()),
  events: v.pipe(
    v.array(v.union([v.string(), v.strictObject({ event: v.string(), format: v.string() })])),
    v.maxLength(255),
  ),
  criteria: v.optional(v.array(v.record(v.string(), v.string()))),
  resources: v.optional(v.array(v.string())),
  users: v.optional(v.array(v.string())),
};
export const subscriptionUpdate = v.strictObject({ ...subscription, profile: idOnlyProfile });
export const subscriptionRequest = v.strictObject({
  subscriptionId: id,
  ...subscription,
  profile: either("webhook", profileRequest, idOnlyProfile),
});

export type Security = v.InferOutput<typeof securityRequest>;
export type Profile = v.InferOutput<typeof profileUpdate> & { profileId: string };
export type ProfileRequest = v.InferOutput<typeof profileRequest>;
export type Subscription = v.InferOutput<typeof subscriptionUpdate> & { subscriptionId: string };
export type SubscriptionRequest = v.InferOutput<typeof subscriptionRequest>;
