import type { SentVideo } from './sent-video.ts'

const REMEMBERED_PACKETS = 20_000

/** The video packets that a viewer went without since a start, the newest 20,000: never came, or came too late. */
export class VideoLosses {
  readonly video: SentVideo
  readonly #lost = new Set<number>() // packets from the start's first

  constructor(video: SentVideo) {
    this.video = video
  }

  /** As a viewer's event tells it; gives the first of them, from the start's first packet. */
  lose(firstSequenceNumber: number, packets: number): number {
    const first = this.video.packetOf(firstSequenceNumber)
    for (let packet = first; packet < first + packets; packet += 1) this.#lost.add(packet)
    for (const oldest of this.#lost) {
      if (this.#lost.size <= REMEMBERED_PACKETS) break
      this.#lost.delete(oldest)
    }
    return first
  }

  has(packet: number): boolean {
    return this.#lost.has(packet)
  }

  /** Of the packets from `first` to before `end`, in order. */
  between(first: number, end: number): number[] {
    const lost: number[] = []
    for (let packet = first; packet < end; packet += 1) if (this.#lost.has(packet)) lost.push(packet)
    return lost
  }

  /** Came, of a frame's packets. */
  receivedPacketsOf(frameIndex: number): number {
    const first = this.video.firstPacketOf(frameIndex)
    const end = this.video.firstPacketOf(frameIndex + 1)
    return end - first - this.between(first, end).length
  }
}
