/** Writes fields of bits, most significant first; the last byte is filled up with zeros. */
export class BitWriter {
  readonly #bits: number[] = []

  /** u(n), up to 32 bits. Throws RangeError for a value that does not fit. */
  bits(value: number, count: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** count) {
      throw new RangeError(`${value} is no unsigned number of ${count} bits`)
    }
    for (let shift = count - 1; shift >= 0; shift--) this.#bits.push(Math.floor(value / 2 ** shift) % 2)
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8))
    for (const [index, bit] of this.#bits.entries())
      bytes[index >> 3] = (bytes[index >> 3] as number) | (bit << (7 - (index & 7)))
    return bytes
  }
}
