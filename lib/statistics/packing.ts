import { deflateRawSync, inflateRawSync } from "node:zlib";

const LEVEL = 9;

/**
 * The encoding of whole numbers (0 to 2^53) in groups of seven bits, lowest first, as in archive/bytes.ts; signed ones
 * by `zigzag`.
 */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** A text preceded by its length, so that it can be read back. */
export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function bytesText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function deflate(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(deflateRawSync(bytes, { level: LEVEL }));
}

export function inflate(packed: Uint8Array): Uint8Array {
  return new Uint8Array(inflateRawSync(packed));
}
