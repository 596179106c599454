import { BrokenItemError } from "../runtime/errors.ts";

/** Writes numbers bit by bit, highest bit first; the last byte is padded with zeros. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #byte = 0;
  #free = 8;

  bit(value: number): this {
    this.#byte = this.#byte * 2 + value;
    if (--this.#free > 0) return this;
    this.#bytes.push(this.#byte);
    this.#byte = 0;
    this.#free = 8;
    return this;
  }

  /** Writes a whole number in so many bits, at most 31. */
  bits(value: number, count: number): this {
    for (let n = count - 1; n >= 0; n--) this.bit((value >>> n) & 1);
    return this;
  }

  /**
   * Writes a whole number in Rice's code, which is shortest for numbers around 2^k: the quotient by 2^k in unary (ones,
   * then a zero), then the remainder in k bits.
   */
  rice(value: number, k: number): this {
    for (let n = Math.floor(value / 2 ** k); n > 0; n--) this.bit(1);
    return this.bit(0).bits(value % 2 ** k, k);
  }

  take(): Uint8Array<ArrayBuffer> {
    const last = this.#free < 8 ? [this.#byte << this.#free] : [];
    return Uint8Array.from([...this.#bytes, ...last]);
  }
}

/** Reads what BitWriter wrote. Throws at the end of the bytes. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >>> 3];
    if (byte === undefined) throw new BrokenItemError("a stored list ends in the middle of a number");
    return (byte >>> (7 - (this.#at++ & 7))) & 1;
  }

  bits(count: number): number {
    let value = 0;
    for (let n = 0; n < count; n++) value = value * 2 + this.bit();
    return value;
  }

  rice(k: number): number {
    let times = 0;
    while (this.bit() === 1) times++;
    return times * 2 ** k + this.bits(k);
  }
}
