/** One wish of an Accept or Accept-Encoding header. */
interface Wish {
  readonly name: string;
  readonly quality: number;
  readonly order: number;
}

/** What an offer is worth to somebody: by quality, then by how closely it was named, then by what was named first. */
interface Worth {
  readonly offer: string;
  readonly quality: number;
  readonly closeness: number;
  readonly order: number;
}

/** How closely a name in a header means an offer: 0 not at all, and the more the closer. */
type Closeness = (name: string, offer: string) => number;

const mediaCloseness: Closeness = (name, offer) => {
  if (name === offer) return 3;
  if (name === `${offer.split("/")[0]}/*`) return 2;
  return name === "*/*" ? 1 : 0;
};
const encodingCloseness: Closeness = (name, offer) => (name === offer ? 2 : Number(name === "*"));

/** The media type that an Accept header likes best of those on offer; undefined when it likes none (RFC 9110, 12.5.1). */
export function preferredMediaType(accept: string, offers: readonly string[]): string | undefined {
  return preferred(wishesOf(accept), offers, mediaCloseness);
}

/** The same of an Accept-Encoding header; where it does not say otherwise, `identity` is its last choice (12.5.3). */
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
      // What names an offer most closely decides about it, also when it says "no".
      .sort((a, b) => b.closeness - a.closeness || b.quality - a.quality || b.order - a.order);
    return closest && closest.quality > 0 ? [closest] : [];
  });
  const [best] = worths.sort(
    (a, b) => b.quality - a.quality || b.closeness - a.closeness || a.order - b.order,
  );
  return best?.offer;
}

/** Parameters other than the quality are passed over: a charset makes no other format. */
function wishesOf(header: string): Wish[] {
  return header.split(",").map((part, order) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, "") ?? "1";
    // What is no number is no wish.
    return { name, order, quality: /^\d(\.\d*)?$/.test(quality) ? Number(quality) : 0 };
  });
}
