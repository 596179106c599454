/** One preference in an Accept or Accept-Encoding header. */
interface Wish {
  readonly name: string;
  readonly quality: number;
  readonly order: number;
}

/**
 * How good an offer is for a client: by quality, then by how specifically it was named, then by which was named first.
 */
interface Worth {
  readonly offer: string;
  readonly quality: number;
  readonly closeness: number;
  readonly order: number;
}

/** How specifically a name in a header matches an offer: 0 not at all, higher is more specific. */
type Closeness = (name: string, offer: string) => number;

const mediaCloseness: Closeness = (name, offer) => {
  if (name === offer) return 3;
  if (name === `${offer.split("/")[0]}/*`) return 2;
  return name === "*/*" ? 1 : 0;
};
const encodingCloseness: Closeness = (name, offer) => (name === offer ? 2 : Number(name === "*"));

/** The media type on offer that an Accept header prefers; undefined if it accepts none (RFC 9110, 12.5.1). */
export function preferredMediaType(accept: string, offers: readonly string[]): string | undefined {
  return preferred(wishesOf(accept), offers, mediaCloseness);
}

/** The same for an Accept-Encoding header. Unless the header says otherwise, `identity` is its last choice (12.5.3). */
export function preferredEncoding(acceptEncoding: string, offers: readonly string[]): string | undefined {
  const wishes = wishesOf(acceptEncoding);
  const isIdentityNamed = wishes.some(({ name }) => encodingCloseness(name, "identity") > 0);
  const last = { name: "identity", quality: Number.MIN_VALUE, order: wishes.length };
  return preferred(isIdentityNamed ? wishes : [...wishes, last], offers, encodingCloseness);
}

function preferred(
  wishes: readonly Wish[],
  offers: readonly string[],
  closenessOf: Closeness,
): string | undefined {
  const worths = offers.flatMap((offer): Worth[] => {
    const [closest] = wishes
      .map(({ name, ...wish }) => ({ ...wish, offer, closeness: closenessOf(name, offer) }))
      .filter(({ closeness }) => closeness > 0)
      // The most specific match decides, even if it excludes the offer.
      .sort((a, b) => b.closeness - a.closeness || b.quality - a.quality || b.order - a.order);
    return closest && closest.quality > 0 ? [closest] : [];
  });
  const [best] = worths.sort(
    (a, b) => b.quality - a.quality || b.closeness - a.closeness || a.order - b.order,
  );
  return best?.offer;
}

/** Parameters other than the quality are ignored: a charset does not make another format. */
function wishesOf(header: string): Wish[] {
  return header.split(",").map((part, order) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, "") ?? "1";
    // An invalid quality counts as no preference.
    return { name, order, quality: /^\d(\.\d*)?$/.test(quality) ? Number(quality) : 0 };
  });
}
