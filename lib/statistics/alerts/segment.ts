/** What is watched by itself: a channel, or a network or a sender of it. */
export interface Segment {
  readonly channel: string;
  readonly network?: string;
  readonly sender?: string;
}

/** A segment's name in the state, in incidents and in the muting: `VIBER`, `VIBER network 21901`, `SMS sender InfoSMS`. */
export function nameOf({ channel, network, sender }: Segment): string {
  if (network !== undefined) return `${channel} network ${network}`;
  return sender === undefined ? channel : `${channel} sender ${sender}`;
}

export function isWhole({ network, sender }: Segment): boolean {
  return network === undefined && sender === undefined;
}

/** Stands for the parts of a channel: what is settled of one of them is so of the channel, but not of the others. */
export const partsOf = (channel: string) => `${channel} parts`;

/** Is it muted? By its name, by its channel, or `*` as the end of a name: `VIBER network *`. */
export function isMuted(segment: Segment, mutes: readonly string[]): boolean {
  const name = nameOf(segment);
  return mutes.some((mute) =>
    mute.endsWith("*") ? name.startsWith(mute.slice(0, -1)) : mute === name || mute === segment.channel,
  );
}
