/** What is watched separately: a channel, or one of its networks or senders. */
export interface Segment {
  readonly channel: string;
  readonly network?: string;
  readonly sender?: string;
}

/**
 * The name of a segment in the state, in incidents and for muting: `VIBER`, `VIBER network 21901`, `SMS sender
 * InfoSMS`.
 */
export function nameOf({ channel, network, sender }: Segment): string {
  if (network !== undefined) return `${channel} network ${network}`;
  return sender === undefined ? channel : `${channel} sender ${sender}`;
}

export function isWhole({ network, sender }: Segment): boolean {
  return network === undefined && sender === undefined;
}

/**
 * A name for all parts of a channel: what is settled for one of them is settled for the channel, but not for the
 * others.
 */
export const partsOf = (channel: string) => `${channel} parts`;

/** Is it muted? By its name, by its channel, or by a name that ends in `*`: `VIBER network *`. */
export function isMuted(segment: Segment, mutes: readonly string[]): boolean {
  const name = nameOf(segment);
  return mutes.some((mute) =>
    mute.endsWith("*") ? name.startsWith(mute.slice(0, -1)) : mute === name || mute === segment.channel,
  );
}
