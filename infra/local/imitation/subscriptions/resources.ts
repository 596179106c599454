import * as v from "valibot";
import type { SubscriptionBook } from "./book.ts";
import {
  profileRequest,
  profileUpdate,
  securityRequest,
  securityUpdate,
  subscriptionRequest,
  subscriptionUpdate,
} from "./schemas.ts";

/** What one kind of things answers to; each gives the answer's body, or undefined where there is no such thing. */
export interface Resource {
  list(): unknown[];
  get(id: string): unknown;
  /** Makes one of what was sent, and gives its id. */
  post(body: unknown): string;
  put(id: string, body: unknown): void;
  remove(id: string): void;
  /** What POST, PUT and DELETE answer: ids alone. */
  ids(id: string): unknown;
}

/** `/subscription/{channel}` */
export function subscriptionsOf(book: SubscriptionBook, channel: string): Resource {
  const all = book.of(channel);
  const shown = (id: string) => {
    const subscription = all.get(id);
    return subscription && { ...subscription, profile: profilesOf(book).ids(subscription.profile.profileId) };
  };
  return {
    list: () => [...all.keys()].reverse().map(shown),
    get: shown,
    post: (body) => {
      const request = v.parse(subscriptionRequest, body);
      book.addSubscription(channel, request);
      return request.subscriptionId;
    },
    put: (id, body) =>
      book.setSubscription(channel, { subscriptionId: id, ...v.parse(subscriptionUpdate, body) }),
    remove: (id) => all.delete(id),
    ids: (id) => ({
      subscriptionId: id,
      profile: profilesOf(book).ids(all.get(id)?.profile.profileId ?? ""),
    }),
  };
}

/** `/profiles` */
export function profilesOf(book: SubscriptionBook): Resource {
  return {
    list: () => [...book.profiles.values()],
    get: (id) => book.profiles.get(id),
    post: (body) => {
      const request = v.parse(profileRequest, body);
      book.addProfile(request);
      return request.profileId;
    },
    put: (id, body) => book.setProfile({ profileId: id, ...v.parse(profileUpdate, body) }),
    remove: (id) => book.removeProfile(id),
    ids: (id) => {
      const security = book.profiles.get(id)?.security;
      return { profileId: id, ...(security && { security }) };
    },
  };
}

/** `/security` */
export function securitiesOf(book: SubscriptionBook): Resource {
  return {
    list: () => [...book.securities.values()],
    get: (id) => book.securities.get(id),
    post: (body) => {
      const request = v.parse(securityRequest, body);
      book.addSecurity(request);
      return request.authId;
    },
    put: (id, body) => book.securities.set(id, { authId: id, ...v.parse(securityUpdate, body) }),
    remove: (id) => book.removeSecurity(id),
    ids: (id) => ({ authId: id }),
  };
}
