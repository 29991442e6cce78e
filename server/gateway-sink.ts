import { RecentBytes } from '../stream/recent-bytes.ts'
import type { PacketKind, PacketSink } from '../udp-relay/packet-sink.ts'

/** The way from this process to the browser: a data channel or a WebSocket. */
export type LastHop = {
  /** What was written and has not left yet. */
  bufferedBytes(): number
  write(packet: Uint8Array): void
}

/** The same where each track has a way of its own. */
export type TracksHop = Pick<LastHop, 'bufferedBytes'> & { write(packet: Uint8Array, trackIndex: number): void }

const MAX_WAIT_MS = 50

/** Writes each packet as one message. When more waits in the hop than it was given within the last 50 ms, something has
 *  waited there longer than that: the hop cannot keep up. Whole RTP packets are then dropped and told, so that its queue
 *  never becomes a delay that nobody asked for. Counted by when packets were given, not by when they were due: a busy
 *  process sends late what it owes, all at once, and that burst is no fault of the hop's. */
export class GatewaySink implements PacketSink {
  readonly #hop: TracksHop
  readonly #onDropped: (rtpPacket: Uint8Array) => void
  readonly #nowMs: () => number
  readonly #given = new RecentBytes(MAX_WAIT_MS)

  constructor(hop: TracksHop, onDropped: (rtpPacket: Uint8Array) => void, nowMs = () => performance.now()) {
    this.#hop = hop
    this.#onDropped = onDropped
    this.#nowMs = nowMs
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array): void {
    const nowMs = this.#nowMs()
    if (kind !== 'rtcp' && this.#hop.bufferedBytes() > this.#given.total(nowMs)) return this.#drop(kind, packet)
    this.#given.add(packet.length, nowMs)
    this.#hop.write(packet, trackIndex)
  }

  close(): void {}

  /** Of repair nobody is told: the packets that count are the media's. */
  #drop(kind: PacketKind, packet: Uint8Array): void {
    if (kind === 'rtp') this.#onDropped(packet)
  }
}
