/** What the index tells about a value before any block is read. */
export interface Odds {
  /** How many records are wanted. */
  readonly wanted: number;
  /** In the runs: the numbers of blocks and records, and of the blocks that contain the value. */
  readonly settled: { readonly blocks: number; readonly records: number; readonly holding: number };
  /**
   * In fresh pages: the number of records, of blocks that contain the value, and of all blocks and their records that a
   * walk would pass.
   */
  readonly fresh: {
    readonly blocks: number;
    readonly records: number;
    readonly holding: number;
    readonly ahead: { readonly blocks: number; readonly records: number };
  };
}

/** A block has up to 4 KB: half a read unit. */
const BLOCK_UNITS = 0.5;
/** The entry for the message of a fresh record takes three to six bytes, of the 8 KB that a unit reads. */
const IDS_UNITS = 4 / 8_192;
/** A report arrives by a pull, and again from the logs. */
const TELLINGS = 2;

/**
 * The approximate number of records with a value in each block that contains it. This is a lower bound, since records
 * that arrive together are closer together than if they were scattered. If nearly every block contains the value,
 * chance alone puts several into most.
 */
export function eachHolding({ blocks, holding }: { blocks: number; holding: number }): number {
  if (holding <= 0) return 1;
  return Math.max(1, (-Math.log(1 - holding / (blocks + 1)) * blocks) / holding);
}

/** About which share of the records have the value, at least; 0 if the index knows of none. */
export function shareOf({ settled, fresh }: Odds): number {
  const known = settled.blocks > 0 ? settled : fresh;
  const rows = eachHolding(known) * known.holding;
  return rows <= 0 ? 0 : Math.min(1, rows / Math.max(known.records, rows));
}

/** Does the index find the wanted records for fewer read units than reading everything from the newest on? */
export function isIndexCheaper(odds: Odds): boolean {
  const { wanted, settled, fresh } = odds;
  const share = shareOf(odds);
  if (share === 0) return true;
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
