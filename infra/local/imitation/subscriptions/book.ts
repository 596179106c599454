import {
  CHANNEL_EVENTS,
  type Profile,
  type ProfileRequest,
  type Security,
  type Subscription,
  type SubscriptionRequest,
} from "./schemas.ts";

/** Thrown for what cannot be done as things stand: the field, and what is wrong with it. */
export class Conflict extends Error {
  readonly field: string;

  constructor(field: string, violation: string) {
    super(violation);
    this.field = field;
  }
}

/** A subscription with what it refers to: where, how and with what security its events are pushed. */
export interface Target {
  readonly subscription: Subscription;
  readonly profile: Profile;
  readonly security: Security | undefined;
}

/**
 * The subscriptions, profiles and security settings of the account. What the document leaves open is decided strictly:
 * an id that exists cannot be made again, one that does not exist cannot be referred to, and what is in use stays.
 */
export class SubscriptionBook {
  readonly securities = new Map<string, Security>();
  readonly profiles = new Map<string, Profile>();
  readonly #channels = new Map<string, Map<string, Subscription>>();

  /** The subscriptions of a channel, the newest first; their order is that of making. */
  of(channel: string): Map<string, Subscription> {
    const known = this.#channels.get(channel) ?? new Map<string, Subscription>();
    this.#channels.set(channel, known);
    return known;
  }

  /** Where the events of a channel are pushed to. */
  targets(channel: string): Target[] {
    return [...this.of(channel).values()].flatMap((subscription) => {
      const profile = this.profiles.get(subscription.profile.profileId);
      const authId = profile?.security?.authId;
      return profile ? [{ subscription, profile, security: this.securities.get(authId ?? "") }] : [];
    });
  }

  addSecurity(security: Security): void {
    if (this.securities.has(security.authId)) throw new Conflict("authId", "already exists");
    this.securities.set(security.authId, security);
  }

  addProfile({ security, ...profile }: ProfileRequest): void {
    if (this.profiles.has(profile.profileId)) throw new Conflict("profileId", "already exists");
    if (security && "type" in security) this.addSecurity(security);
    this.setProfile({ ...profile, ...(security && { security: { authId: security.authId } }) });
  }

  setProfile(profile: Profile): void {
    const { security } = profile;
    if (security && !this.securities.has(security.authId))
      throw new Conflict("security.authId", "does not exist");
    this.profiles.set(profile.profileId, profile);
  }

  addSubscription(channel: string, { profile, ...subscription }: SubscriptionRequest): void {
    const { subscriptionId } = subscription;
    if (this.of(channel).has(subscriptionId)) throw new Conflict("subscriptionId", "already exists");
    if ("webhook" in profile) this.addProfile(profile);
    this.setSubscription(channel, { ...subscription, profile: { profileId: profile.profileId } });
  }

  /** "Subscription to events that are unavailable for a certain channel will be ignored." */
  setSubscription(channel: string, { events, ...subscription }: Subscription): void {
    if (!this.profiles.has(subscription.profile.profileId))
      throw new Conflict("profile.profileId", "does not exist");
    const known = CHANNEL_EVENTS[channel] ?? [];
    const kept = events.filter((event) => known.includes(typeof event === "string" ? event : event.event));
    this.of(channel).set(subscription.subscriptionId, { ...subscription, events: kept });
  }

  removeSecurity(authId: string): boolean {
    if ([...this.profiles.values()].some(({ security }) => security?.authId === authId))
      throw new Conflict("authId", "is in use");
    return this.securities.delete(authId);
  }

  removeProfile(profileId: string): boolean {
    const all = [...this.#channels.values()].flatMap((channel) => [...channel.values()]);
    if (all.some(({ profile }) => profile.profileId === profileId))
      throw new Conflict("profileId", "is in use");
    return this.profiles.delete(profileId);
  }
}
