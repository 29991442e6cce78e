import { encodeInterleavedFrame } from '../protocol/rtsp-message.ts'
import type { PortPair } from '../protocol/rtsp-headers.ts'
import { RtspRefusal } from './rtsp-refusal.ts'

/** The bytes that an RTSP connection sends, in order with its replies. */
export type ByteWay = {
  /** Sends what is due at `scheduledMs` without waiting: who calls bounds `waitingBytes`. */
  push(bytes: Uint8Array, scheduledMs: number): void
  /** Sent, and not yet taken by the client. */
  readonly waitingBytes: number
}

/** Who uses a pair of channels. */
export type ChannelListener = {
  readonly onRtcp: (packet: Uint8Array) => void
  readonly onRtp: (packet: Uint8Array) => void
  /** The connection has gone, and with it the channels. */
  readonly onClosed: () => void
}

const LAST_CHANNEL = 255

/** The channels of one RTSP connection on which packets travel between its messages, RFC 2326 section 10.12. */
export class InterleavedChannels {
  readonly #way: ByteWay
  readonly #takers = new Map<number, (packet: Uint8Array) => void>()
  readonly #listeners = new Set<ChannelListener>()

  constructor(way: ByteWay) {
    this.#way = way
  }

  get waitingBytes(): number {
    return this.#way.waitingBytes
  }

  /** The pair that is wanted, if both are free; else the next free one. Throws RtspRefusal 461 when there is none. */
  open(wanted: PortPair | undefined, listener: ChannelListener): PortPair {
    const pair = wanted !== undefined && this.#isFree(wanted) ? wanted : this.#nextFreePair()
    this.#takers.set(pair[0], listener.onRtp)
    this.#takers.set(pair[1], listener.onRtcp)
    this.#listeners.add(listener)
    return pair
  }

  release([rtpChannel, rtcpChannel]: PortPair, listener: ChannelListener): void {
    this.#takers.delete(rtpChannel)
    this.#takers.delete(rtcpChannel)
    this.#listeners.delete(listener)
  }

  send(channel: number, packet: Uint8Array, scheduledMs: number): void {
    this.#way.push(encodeInterleavedFrame(channel, packet), scheduledMs)
  }

  /** A packet of the client's; one on a channel that nobody has set up is of no use. */
  take(channel: number, packet: Uint8Array): void {
    this.#takers.get(channel)?.(packet)
  }

  close(): void {
    for (const listener of [...this.#listeners]) listener.onClosed()
  }

  #isFree([rtpChannel, rtcpChannel]: PortPair): boolean {
    const isInRange = rtpChannel !== rtcpChannel && Math.max(rtpChannel, rtcpChannel) <= LAST_CHANNEL
    return isInRange && !this.#takers.has(rtpChannel) && !this.#takers.has(rtcpChannel)
  }

  #nextFreePair(): PortPair {
    for (let channel = 0; channel < LAST_CHANNEL; channel += 2) {
      if (this.#isFree([channel, channel + 1])) return [channel, channel + 1]
    }
    throw new RtspRefusal(461, 'all channels of the connection are in use')
  }
}
