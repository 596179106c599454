import { differences, shownUrl, type WantedSubscription } from "./subscription.ts";
import type { ApiObject, SubscriptionsClient } from "./subscriptions-client.ts";

/** The three resources as Infobip has them now. */
interface Standing {
  readonly security: ApiObject | undefined;
  readonly profile: ApiObject | undefined;
  readonly subscription: ApiObject | undefined;
}

const securityPath = ({ authId }: WantedSubscription) => `security/${authId}`;
const profilePath = ({ profileId }: WantedSubscription) => `profiles/${profileId}`;
const subscriptionPath = ({ channel, subscriptionId }: WantedSubscription) =>
  `subscription/${channel}/${subscriptionId}`;

/**
 * Brings a subscription to its desired state and returns what was done, as lines of text: one call creates everything
 * if nothing exists yet, otherwise only differences are updated. Safe to repeat. Throws ConfigurationError.
 */
export async function subscribe(client: SubscriptionsClient, wanted: WantedSubscription): Promise<string[]> {
  const { security, profile, subscription } = await standing(client, wanted);
  if (!profile && !subscription)
    return [await createAll(client, wanted, security), ...(await updateSecurity(client, wanted, security))];
  return [
    ...(wanted.security && !security ? [await createSecurity(client, wanted)] : []),
    ...(await updateSecurity(client, wanted, security)),
    ...(await putProfile(client, wanted, profile)),
    ...(await putSubscription(client, wanted, subscription)),
  ];
}

/**
 * Compares what Infobip has with what it should have; returns the differences as lines, none if all is well. Throws
 * ConfigurationError.
 */
export async function checkSubscription(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
): Promise<string[]> {
  const { security, profile, subscription } = await standing(client, wanted);
  const missing = (what: string, found: unknown, should: unknown) =>
    found === undefined ? [`${what} is missing`] : differences(what, found, should);
  return [
    ...(wanted.security ? missing("security", security, wanted.security) : []),
    ...missing("profile", profile, wanted.profile),
    ...missing("subscription", subscription, wanted.subscription),
  ];
}

/**
 * Deletes a subscription and its profile, and the security setting unless another profile uses it. Returns what was
 * done.
 */
export async function unsubscribe(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
): Promise<string[]> {
  const done: string[] = [];
  const remove = async (path: string) => {
    if (await client.remove(path)) done.push(`removed ${path}`);
  };
  await remove(subscriptionPath(wanted));
  await remove(profilePath(wanted));
  const isUsed = (await client.list("profiles")).some(
    ({ security }) => differences("", security, { authId: wanted.authId }).length === 0,
  );
  if (isUsed) done.push(`kept ${securityPath(wanted)}: other profiles use it`);
  else await remove(securityPath(wanted));
  return done;
}

/** The channel's other subscriptions: reports that match them may go elsewhere, or arrive twice. */
export async function otherSubscriptions(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
): Promise<string[]> {
  const all = await client.list(`subscription/${wanted.channel}`);
  return all.map(({ subscriptionId }) => String(subscriptionId)).filter((id) => id !== wanted.subscriptionId);
}

async function standing(client: SubscriptionsClient, wanted: WantedSubscription): Promise<Standing> {
  const [security, profile, subscription] = await Promise.all([
    client.get(securityPath(wanted)),
    client.get(profilePath(wanted)),
    client.get(subscriptionPath(wanted)),
  ]);
  return { security, profile, subscription };
}

/**
 * `POST /subscriptions/1/subscription/{channel}`, including the profile and, unless it exists, the security setting.
 */
async function createAll(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
  security: ApiObject | undefined,
): Promise<string> {
  const { channel, subscriptionId, profileId, authId, subscription } = wanted;
  const own = wanted.security && !security ? { security: { authId, ...wanted.security } } : {};
  const profile = { profileId, ...wanted.profile, ...own };
  await client.post(`subscription/${channel}`, { ...subscription, subscriptionId, profile });
  return `created ${subscriptionPath(wanted)} with its profile${"security" in own ? " and security" : ""}: ${target(wanted)}`;
}

async function createSecurity(client: SubscriptionsClient, wanted: WantedSubscription): Promise<string> {
  await client.post("security", { authId: wanted.authId, ...wanted.security });
  return `created ${securityPath(wanted)}`;
}

async function updateSecurity(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
  security: ApiObject | undefined,
): Promise<string[]> {
  if (!wanted.security || !security) return [];
  return update(
    client,
    securityPath(wanted),
    differences("security", security, wanted.security),
    wanted.security,
  );
}

async function putProfile(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
  profile: ApiObject | undefined,
): Promise<string[]> {
  if (profile)
    return update(
      client,
      profilePath(wanted),
      differences("profile", profile, wanted.profile),
      wanted.profile,
    );
  await client.post("profiles", { profileId: wanted.profileId, ...wanted.profile });
  return [`created ${profilePath(wanted)}: ${target(wanted)}`];
}

async function putSubscription(
  client: SubscriptionsClient,
  wanted: WantedSubscription,
  subscription: ApiObject | undefined,
): Promise<string[]> {
  const { channel, subscriptionId } = wanted;
  if (subscription) {
    const changes = differences("subscription", subscription, wanted.subscription);
    return update(client, subscriptionPath(wanted), changes, wanted.subscription);
  }
  await client.post(`subscription/${channel}`, { subscriptionId, ...wanted.subscription });
  return [`created ${subscriptionPath(wanted)}`];
}

async function update(
  client: SubscriptionsClient,
  path: string,
  changes: readonly string[],
  body: unknown,
): Promise<string[]> {
  if (changes.length === 0) return [];
  await client.put(path, body);
  return [`updated ${path}: ${changes.join("; ")}`];
}

function target({ profile }: WantedSubscription): string {
  const { notifyUrl } = profile.webhook as { notifyUrl: string };
  return shownUrl(notifyUrl);
}
