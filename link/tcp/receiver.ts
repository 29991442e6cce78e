import type { Sack } from './tcp-packet.ts'

const SACK_BLOCKS = 3 // as many as fit beside timestamps (RFC 2018 section 3)

/** Segments `start` to `end - 1` that wait for a hole before them. */
type Block = { start: number; end: number; payloadBytes: number }

/** What an arrived segment was. `fills-hole`: nothing waits any more. */
export type Arrival = 'in-order' | 'fills-hole' | 'out-of-order' | 'duplicate'

/** Puts segments in order and says which are missing: RFC 9293 section 3.10.7.4, RFC 2018, RFC 2883. */
export class Receiver {
  /** The next segment expected. */
  next = 0
  /** Payload of all segments before it. */
  inOrderBytes = 0
  readonly #waiting: Block[] = [] // the most recently changed first, as SACK tells them
  #duplicate = -1 // segment to tell of in the next ACK

  get hasHole(): boolean {
    return this.#waiting.length > 0
  }

  accept(segment: number, payloadBytes: number): Arrival {
    if (segment < this.next || (this.hasHole && this.#waits(segment))) {
      this.#duplicate = segment
      return 'duplicate'
    }
    if (segment > this.next) {
      this.#keep(segment, payloadBytes)
      return 'out-of-order'
    }
    this.next += 1
    this.inOrderBytes += payloadBytes
    if (this.#waiting.length === 0) return 'in-order'
    this.#release()
    return this.#waiting.length === 0 ? 'fills-hole' : 'in-order'
  }

  /** For the ACK that leaves now: the duplicate first, then the newest blocks. Told once: the duplicate. */
  takeSack(): Sack | undefined {
    const duplicate = this.#duplicate
    if (this.#waiting.length === 0 && duplicate < 0) return undefined
    this.#duplicate = -1
    const blocks = duplicate < 0 ? [] : [duplicate, duplicate + 1]
    for (const { start, end } of this.#waiting) {
      if (blocks.length === 2 * SACK_BLOCKS) break
      blocks.push(start, end)
    }
    return { blocks, duplicateFirst: duplicate >= 0 }
  }

  #waits(segment: number): boolean {
    return this.#waiting.some(({ start, end }) => segment >= start && segment < end)
  }

  #keep(segment: number, payloadBytes: number): void {
    const merged: Block = { start: segment, end: segment + 1, payloadBytes }
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      const block = this.#waiting[index] as Block
      if (block.end !== merged.start && block.start !== merged.end) continue
      merged.start = Math.min(merged.start, block.start)
      merged.end = Math.max(merged.end, block.end)
      merged.payloadBytes += block.payloadBytes
      this.#waiting.splice(index, 1)
    }
    this.#waiting.unshift(merged)
  }

  #release(): void {
    const index = this.#waiting.findIndex(({ start }) => start === this.next)
    if (index < 0) return
    const { end, payloadBytes } = this.#waiting[index] as Block
    this.next = end
    this.inOrderBytes += payloadBytes
    this.#waiting.splice(index, 1)
  }
}
