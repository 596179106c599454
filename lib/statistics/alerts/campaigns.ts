/** Of messages beyond the usual number, a campaign's, so many more may be bad: nobody has cleaned its list. */
const CAMPAIGN_MARGIN = 0.4;

/** An hour of which so large a part is beyond the usual tells of the campaign, and not of what is usual. */
const MOSTLY_CAMPAIGN = 1 / 3;

/** The share of messages that are beyond the usual number, and beyond chance. */
function extraShare(sent: number, expected: number): number {
  return sent > 0 ? Math.max(0, sent - expected - 2 * Math.sqrt(expected) - 1) / sent : 0;
}

export function isCampaign(sent: number, expected: number): boolean {
  return extraShare(sent, expected) > MOSTLY_CAMPAIGN;
}

/** By how much a share may be above the usual since there are more messages than usual: for they are of another kind. */
export function campaignAllowance(sent: number, expected: number): number {
  return extraShare(sent, expected) * CAMPAIGN_MARGIN;
}
