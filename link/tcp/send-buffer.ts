import type { CongestionWindow } from './congestion-control.ts'
import { MSS_BYTES, type TcpPacket } from './tcp-packet.ts'

const LEAST_BYTES = 65_536

/** What the application has written and the peer not yet acknowledged, as counts, and how much of it the peer has room
 *  for. Full beyond twice the window, at least 64 kB (Linux: tcp_sndbuf_expand). */
export class SendBuffer {
  readonly #window: CongestionWindow
  unsentBytes = 0
  #outstandingBytes = 0
  /** Beyond the oldest segment not acknowledged. */
  peerRoomBytes = Infinity
  #newestPacket = -1 // that told of the peer's room
  isFull = false

  constructor(window: CongestionWindow) {
    this.#window = window
  }

  get unacknowledgedBytes(): number {
    return this.unsentBytes + this.#outstandingBytes
  }

  /** The peer can take the next segment whole. */
  get hasRoom(): boolean {
    return this.#outstandingBytes + Math.min(this.unsentBytes, MSS_BYTES) <= this.peerRoomBytes
  }

  /** The payload of the next segment; `mostBytes` when the peer has room for no more. */
  takeSegment(mostBytes = MSS_BYTES): number {
    const payloadBytes = Math.min(this.unsentBytes, MSS_BYTES, mostBytes)
    this.unsentBytes -= payloadBytes
    this.#outstandingBytes += payloadBytes
    return payloadBytes
  }

  noteWritten(): void {
    this.isFull = this.unacknowledgedBytes > this.#bytes
  }

  noteAcknowledged(bytes: number): void {
    this.#outstandingBytes -= bytes
  }

  /** Packets may come out of order: the newest counts (RFC 9293 section 3.10.7.4, SND.WL1). */
  noteRoom({ id, windowBytes }: TcpPacket): void {
    if (id < this.#newestPacket) return
    this.#newestPacket = id
    this.peerRoomBytes = windowBytes
  }

  /** Once after it was full: a third of it is free again (sk_stream_write_space). */
  takeDrained(): boolean {
    if (!this.isFull || 3 * this.unacknowledgedBytes > 2 * this.#bytes) return false
    this.isFull = false
    return true
  }

  get #bytes(): number {
    return Math.max(LEAST_BYTES, 2 * this.#window.cwnd * MSS_BYTES)
  }
}
