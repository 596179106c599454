/** What the shapes differ in; each writes one report of the same message in its own words (OpenAPI 3.210.0, webhooks). */
export interface Facts {
  readonly messageId: string;
  readonly channel: string;
  readonly to: string;
  readonly from?: string;
  readonly bulkId?: string;
  readonly sentAtMs: number;
  readonly offset: string;
  readonly count: number;
  readonly network?: string;
  readonly price: { readonly pricePerMessage: string; readonly currency: string };
  readonly callbackData?: string;
  readonly platform?: { readonly entityId: string; readonly applicationId: string };
  readonly campaign?: string;
}

/** One step of a message's way. */
export interface Step {
  readonly doneAtMs: number;
  readonly status: object;
  readonly error: object;
}

/** The bodies of one product. */
export interface Shape {
  /** The last part of the path that it comes to. */
  readonly kind: string;
  readonly channels: readonly string[];
  /** The envelope of its XML, and what the entries are called; without one it comes as JSON only. */
  readonly xml?: readonly [root: string, entry: string];
  /** The endpoint that hands out the same report in the same words, if any. */
  readonly pulledFrom?: string;
  readonly write: (facts: Facts, step: Step) => object;
  /** What an archive must know of it beside what is common to all. */
  readonly truth: (facts: Facts) => object;
}
