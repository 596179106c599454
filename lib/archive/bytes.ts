import { BrokenItemError } from "../runtime/errors.ts";
/** Writes numbers in groups of seven bits, lowest first: small ones take one byte. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  /** Writes a whole number from 0 to 2^53. */
  number(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes.push((rest % 0x80) + 0x80);
    this.#bytes.push(rest);
    return this;
  }

  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  take(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}

/** Reads what ByteWriter wrote. Throws at the end of the bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes have been read. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new BrokenItemError("a stored list ends in the middle of a number");
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
  }

  /** Reads as many numbers as `into` has places for. */
  numbers<T extends Uint16Array | Uint32Array | Float64Array>(into: T): T {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let n = 0; n < into.length; n++) {
      let byte = bytes[at++] ?? 0;
      let value = byte & 0x7f;
      for (let unit = 0x80; byte >= 0x80; unit *= 0x80) {
        byte = bytes[at++] ?? 0;
        value += (byte & 0x7f) * unit;
      }
      into[n] = value;
    }
    if (at > bytes.length) throw new BrokenItemError("a stored list ends before its last number");
    this.#at = at;
    return into;
  }

  raw(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }
}
