import { RecentBytes } from '../stream/recent-bytes.ts'
import type { PacketSink } from '../udp-relay/packet-sink.ts'

/** The way from this process to the browser: a data channel or a WebSocket. */
export type LastHop = {
  /** What was written and has not left yet. */
  bufferedBytes(): number
  write(packet: Uint8Array): void
}

const MAX_BUFFERED_MEDIA_MS = 50

/** Writes each packet as one message. When more waits in the hop than the last 50 ms brought, the hop cannot keep up:
 *  whole RTP packets are dropped and told, so that its queue never becomes a delay that nobody asked for. */
export class GatewaySink implements PacketSink {
  readonly #hop: LastHop
  readonly #onDropped: (rtpPacket: Uint8Array) => void
  readonly #recent = new RecentBytes(MAX_BUFFERED_MEDIA_MS)

  constructor(hop: LastHop, onDropped: (rtpPacket: Uint8Array) => void) {
    this.#hop = hop
    this.#onDropped = onDropped
  }

  send(kind: 'rtp' | 'rtcp', _trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    this.#recent.add(packet.length, scheduledMs)
    if (kind === 'rtp' && this.#hop.bufferedBytes() > this.#recent.total(scheduledMs)) this.#onDropped(packet)
    else this.#hop.write(packet)
  }

  close(): void {}
}
