import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode, encode, type SourceMapMappings, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

/** The part of a source map (ECMA-426) from esbuild that we read. */
interface SourceMap {
  readonly sources: readonly (string | null)[];
  readonly mappings: string;
}

/** Stands for all files of libraries, which a log line leaves out because of this name. */
const LIBRARIES = "node_modules/";

/**
 * Reduces the source maps of a folder to what a log line shows: the file and line of our own code. Whole maps were more
 * than half of what a cold start fetches, and most of their content was about libraries.
 */
export function shrinkSourceMaps(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".map"))) {
    const path = join(folder, name);
    const map = JSON.parse(readFileSync(path, "utf8")) as SourceMap;
    const own = map.sources.filter((source) => source !== null && !source.includes(LIBRARIES));
    const places = map.sources.map((source) => (own.includes(source) ? own.indexOf(source) : own.length));
    const mappings = encode(decode(map.mappings).map((line) => onlyLines(line, places, own.length)));
    writeFileSync(path, JSON.stringify({ version: 3, sources: [...own, LIBRARIES], names: [], mappings }));
  }
}

/** A segment wherever another line of ours, or a library, begins. */
function onlyLines(
  segments: SourceMapMappings[number],
  places: readonly number[],
  libraries: number,
): SourceMapSegment[] {
  const kept: SourceMapSegment[] = [];
  let before = "";
  for (const [column, source = -1, line = 0] of segments) {
    const place = places[source] ?? libraries;
    const at = place === libraries ? 0 : line;
    if (`${place}:${at}` === before) continue;
    before = `${place}:${at}`;
    kept.push([column, place, at, 0]);
  }
  return kept;
}
