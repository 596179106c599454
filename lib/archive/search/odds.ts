/** What the index says of a value, before any block is read. */
export interface Odds {
  /** So many rows are wanted. */
  readonly wanted: number;
  /** Of the runs: how many blocks and records they have, and how many of the blocks hold the value. */
  readonly settled: { readonly blocks: number; readonly records: number; readonly holding: number };
  /**
   * Of fresh pages: how many records they have, how many of their blocks hold the value, and how many of all blocks, and of
   * their records, a walk would come through.
   */
  readonly fresh: {
    readonly blocks: number;
    readonly records: number;
    readonly holding: number;
    readonly ahead: { readonly blocks: number; readonly records: number };
  };
}

/** A block is up to 4 KB: half a read unit. */
const BLOCK_UNITS = 0.5;
/** What tells of the message of a fresh record, three to six bytes, of the 8 KB that a unit reads. */
const IDS_UNITS = 4 / 8_192;
/** A report is brought by a pull, and again by the logs. */
const TELLINGS = 2;

/**
 * About how many records with a value stand in each block that holds it: at least so many, since records that come together
 * stand closer than if they were strewn. Where nearly every block holds one, chance alone puts several into most.
 */
export function eachHolding({ blocks, holding }: { blocks: number; holding: number }): number {
  if (holding <= 0) return 1;
  return Math.max(1, (-Math.log(1 - holding / (blocks + 1)) * blocks) / holding);
}

/** Does the index lead to what is wanted for fewer read units than reading everything from the newest on? */
export function isIndexCheaper({ wanted, settled, fresh }: Odds): boolean {
  const known = settled.blocks > 0 ? settled : fresh;
  const each = eachHolding(known);
  const rows = each * known.holding;
  if (rows <= 0) return true;
  const share = Math.min(1, rows / Math.max(known.records, rows));
  const messages = wanted / share;
  const freshMessages = fresh.ahead.records / TELLINGS;
  const perBlock = Math.max(1, settled.records / Math.max(1, settled.blocks));
  const walk =
    Math.min(1, messages / Math.max(1, freshMessages)) * fresh.ahead.blocks +
    Math.min(settled.blocks, Math.max(0, messages - freshMessages) / perBlock);
  const left = Math.max(0, wanted - share * freshMessages);
  const index = fresh.holding + Math.min(settled.holding, left / eachHolding(settled));
  return index * BLOCK_UNITS + fresh.records * IDS_UNITS < walk * BLOCK_UNITS;
}
