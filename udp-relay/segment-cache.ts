import { LRUCache } from 'lru-cache'
import { packetiseSegment, packetiseUnits, type PacketisedSegment } from './packetised-segment.ts'
import type { OpenPresentation } from './presentation-source.ts'
import type { RtpFormat } from './rtp-format.ts'

/** Segments as packets, built once for all viewers. The least recently used go when `maxBytes` are held; two viewers
 *  who want the same segment wait for one read. */
export class SegmentCache {
  readonly #held: LRUCache<string, PacketisedSegment>
  readonly #coming = new Map<string, Promise<PacketisedSegment>>()

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#held = new LRUCache({ maxSize: maxBytes, sizeCalculation: (segment) => Math.max(1, segment.heldBytes) })
  }

  /** Rejects when the file is gone or is not what its outline tells; nothing is kept of that. */
  async packets(presentation: OpenPresentation, index: number, format: RtpFormat): Promise<PacketisedSegment> {
    const key = `${presentation.packageKey}\n${index}\n${format.payload}\n${format.maxRtpBytes}`
    const held = this.#held.get(key) ?? this.#coming.get(key)
    if (held !== undefined) return held
    const coming = this.#build(presentation, index, format)
    this.#coming.set(key, coming)
    try {
      const segment = await coming
      this.#held.set(key, segment)
      return segment
    } finally {
      this.#coming.delete(key)
    }
  }

  async #build(presentation: OpenPresentation, index: number, format: RtpFormat): Promise<PacketisedSegment> {
    const { live } = presentation
    if (live !== undefined) {
      return packetiseUnits(live.readUnits(index), presentation.outline(), index, format.maxRtpBytes)
    }
    if (presentation.readUnits !== undefined) {
      return packetiseUnits(await presentation.readUnits(index), presentation.outline(), index, format.maxRtpBytes)
    }
    const bytes = await presentation.readSegment(index)
    return packetiseSegment(bytes, presentation.outline(), index, format)
  }
}
