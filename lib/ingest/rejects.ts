import pMap from "p-map";
import { joined, type Reject } from "../infobip/page.ts";
import { nameOf, type Page } from "../log/page-log.ts";
import { type MessageRecord, printRecord } from "../message/record.ts";
import { sha256 } from "../runtime/hash.ts";
import type { Quarantine, Quarantined } from "./quarantine.ts";

const REFUSED = "DynamoDB does not take it";

/** A record that the archive did not accept. */
export function rejectOf(record: MessageRecord): Reject {
  return { place: 0, reason: REFUSED, text: printRecord(record) };
}

/** Keeps what could not be read or stored of a page. May be repeated. Throws what DynamoDB throws. */
export async function keepRejects(
  page: Page,
  rejects: readonly Reject[],
  quarantine: Quarantine,
  nowMs: number,
): Promise<void> {
  const keep = ({ text, bytes = Buffer.from(text), ...entry }: KeptReject) =>
    quarantine.keep({ ...entry, atMs: nowMs }, bytes);
  await pMap(keptRejects(page, rejects), keep, { concurrency: 16 });
}

/** A new entry for the quarantine, and its text. */
type KeptReject = Omit<Quarantined, "atMs"> & Pick<Reject, "text" | "bytes">;

/** The entries for the rejects of a page; no two have the same page and index. Pure. */
export function keptRejects(
  { source, id }: Pick<Page, "source" | "id">,
  rejects: readonly Reject[],
): KeptReject[] {
  const isRefused = ({ reason }: Reject) => reason === REFUSED;
  const unread = together(rejects.filter((reject) => !isRefused(reject)));
  // There are never many, since each is too large for an item. They have no index in the page, so they are not joined
  // either.
  const refused = rejects.filter(isRefused);
  return [
    ...unread.map((reject) => ({ ...reject, source, page: nameOf(source, id) })),
    // The same record may come in many pages, and is kept once.
    ...refused.map((reject) => ({ ...reject, source, page: nameOf(source, sha256(reject.text)) })),
  ];
}

/**
 * If a page has more unreadable texts than this, the others are kept as a single entry: each entry is a write, and
 * other pages wait.
 */
const MOST_APART = 200;

function together(rejects: readonly Reject[]): readonly Reject[] {
  const [next, ...others] = rejects.slice(MOST_APART);
  if (!next || others.length === 0) return rejects;
  const texts = [next, ...others].map(({ text }) => text);
  const reason = `${next.reason}; ${others.length} behind it could not be read either`;
  return [...rejects.slice(0, MOST_APART), { place: next.place, reason, text: joined(texts) }];
}
