// TypeScript's library does not know JSON.rawJSON of Node 24 yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** A number that keeps its digits as written, in JSON and in XML: Infobip's BigDecimal prices, e.g. 0.0100. */
export class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): object {
    return rawJSON(this.text);
  }
}
