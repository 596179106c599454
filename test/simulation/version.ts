import { search } from "../../lib/archive/search/search.ts";
import { InfobipClient } from "../../lib/infobip/client.ts";
import { Pace } from "../../lib/infobip/pace.ts";
import { MERGE_MS } from "../../lib/ingest/merge-log.ts";
import { pullSource } from "../../lib/ingest/pull.ts";
import { reconcile } from "../../lib/ingest/reconcile.ts";
import { openStores } from "../../lib/ingest/stores.ts";
import { mergeLeft, mergePushed } from "../../lib/receive/merge-pushed.ts";
import { Places } from "../../lib/receive/places.ts";
import { receive } from "../../lib/receive/receive.ts";
import { countAndSettle } from "../../lib/statistics/count-and-settle.ts";

/**
 * A version of the product, by what a process of it is built of and starts. This file is bundled out of the previous
 * version's own tree as well (previous.ts), so it knows nothing of the simulation.
 */
export const VERSION = {
  InfobipClient,
  MERGE_MS,
  Pace,
  Places,
  countAndSettle,
  mergeLeft,
  mergePushed,
  openStores,
  pullSource,
  receive,
  reconcile,
  search,
};
export type Version = typeof VERSION;
