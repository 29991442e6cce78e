/** Reads fields of bits, most significant first. Past the end it gives zeros and says so in `isExhausted`,
 *  so that a reader of many fields checks once. */
export class BitReader {
  readonly #bytes: Uint8Array
  #atBit = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isExhausted(): boolean {
    return this.#atBit > this.#bytes.length * 8
  }

  /** How many bytes the fields read so far need. */
  get neededBytes(): number {
    return Math.ceil(this.#atBit / 8)
  }

  bit(): number {
    const byte = this.#bytes[this.#atBit >> 3] ?? 0
    const bit = (byte >> (7 - (this.#atBit & 7))) & 1
    this.#atBit += 1
    return bit
  }

  flag(): boolean {
    return this.bit() === 1
  }

  /** u(n), up to 32 bits. */
  bits(count: number): number {
    let value = 0
    for (let index = 0; index < count; index++) value = value * 2 + this.bit()
    return value
  }

  /** ue(v), an Exp-Golomb code, ISO/IEC 14496-10 section 9.1: n zeros, a one, n bits; n is at most 31. */
  unsignedGolomb(): number {
    let zeros = 0
    while (!this.isExhausted && zeros < 32 && this.bit() === 0) zeros += 1
    return 2 ** zeros - 1 + this.bits(zeros)
  }

  /** se(v), section 9.1.1: 0, 1, -1, 2, -2, … */
  signedGolomb(): number {
    const code = this.unsignedGolomb()
    return code % 2 === 1 ? (code + 1) / 2 : 0 - code / 2
  }
}
