import type { StreamPlace } from "./position.ts";
import type { Positions } from "./positions.ts";
import type { ReportIndex } from "./report-index.ts";
import type { Stream } from "./streams.ts";

/**
 * Where a reader can be moved: to where the stream was at a moment (milliseconds since 1970), to its oldest entry, or
 * to its end.
 */
export type RewindTarget = number | "oldest" | "end";

/** Where a stream begins now: at its oldest entry that is kept or, if there is none, behind its end. */
export async function oldestOf(stream: Stream, index: ReportIndex, nowMs: number): Promise<StreamPlace> {
  const oldest = await index.oldest(stream, nowMs);
  return { place: oldest?.place ?? (await index.tail(stream)).place + 1, row: 0 };
}

/** Where a stream was at a moment: at the first entry that became known then or later. */
export async function placeSince(stream: Stream, index: ReportIndex, sinceMs: number): Promise<StreamPlace> {
  const entry = await index.since(stream, sinceMs);
  return { place: entry?.place ?? (await index.tail(stream)).place + 1, row: 0 };
}

/** Moves a client to where a stream was at a moment, wherever it was before. Returns the place. */
export async function rewind(
  { client, stream }: { readonly client: string; readonly stream: Stream },
  to: RewindTarget,
  { by, nowMs }: { readonly by: string; readonly nowMs: number },
  { positions, index }: { readonly positions: Positions; readonly index: ReportIndex },
): Promise<number> {
  const { place } = await resolve(stream, to, index, nowMs);
  await positions.rewind(client, stream, place, by);
  return place;
}

async function resolve(stream: Stream, to: RewindTarget, index: ReportIndex, nowMs: number) {
  if (to === "oldest") return oldestOf(stream, index, nowMs);
  if (to === "end") return { place: (await index.tail(stream)).place + 1 };
  return placeSince(stream, index, to);
}
