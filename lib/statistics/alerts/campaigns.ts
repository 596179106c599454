/**
 * Messages beyond the usual number belong to a campaign, of which so many more may be bad even if there has been none
 * before: nobody has cleaned its list.
 */
export const CAMPAIGN_MARGIN = 0.4;
const MOST_MARGIN = 0.9;
/** So many messages of a campaign show what campaigns are like here. */
const LEAST_EXTRA = 20;

/** An hour with a larger part than this beyond the usual tells about the campaign, and not about what is usual. */
const MOSTLY_CAMPAIGN = 1 / 3;

/** The share of messages that are beyond the usual number, and beyond chance. */
export function extraShare(sent: number, expected: number): number {
  return sent > 0 ? Math.max(0, sent - expected - 2 * Math.sqrt(expected) - 1) / sent : 0;
}

export function isCampaign(sent: number, expected: number): boolean {
  return extraShare(sent, expected) > MOSTLY_CAMPAIGN;
}

/** How far a share may be above the usual because there are more messages than usual, of another kind. */
export function campaignAllowance(sent: number, expected: number, margin: number): number {
  return extraShare(sent, expected) * margin;
}

/** A past campaign: its messages, how many of them were bad, the usual share, and the part beyond the usual number. */
interface SeenCampaign {
  readonly sent: number;
  readonly expected: number;
  readonly bad: number;
  readonly messages: number;
  readonly usual: number;
}

/** How many more of a campaign's messages may be bad here: as many as in the worst one so far. */
export function campaignMargin(seen: readonly SeenCampaign[]): number {
  const margins = seen.map(({ sent, expected, bad, messages, usual }) => {
    const extra = messages * extraShare(sent, expected);
    return extra < LEAST_EXTRA ? 0 : (bad - messages * usual) / (extra * (1 - usual));
  });
  return Math.min(MOST_MARGIN, Math.max(CAMPAIGN_MARGIN, ...margins));
}
