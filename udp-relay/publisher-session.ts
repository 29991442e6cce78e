import type { Logger } from 'pino'
import type { TransportSpec } from '../protocol/rtsp-headers.ts'
import { LiveSegments } from '../stream/live-segments.ts'
import type { Announcement } from './announcement.ts'
import type { InterleavedChannels } from './interleaved-channels.ts'
import { LIVE_LIMITS } from './live-presentations.ts'
import { plainAddress } from './plain-address.ts'
import { PublisherClock } from './publisher-clock.ts'
import { PublisherTrack } from './publisher-track.ts'
import type { RtpPorts } from './rtp-ports.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { SendTimer } from './send-timer.ts'
import type { TransportOffer } from './transport-offer.ts'
import type { EndReason, Viewer } from './viewer-session.ts'

export type PublisherOptions = {
  readonly id: string
  readonly name: string // of the stream
  readonly publisher: Viewer
  readonly announcement: Announcement
  readonly ports: RtpPorts
  readonly timer: SendTimer
  readonly logger: Logger
  readonly onEnded: (session: PublisherSession) => void
}

const REORDER_WAIT_MS = 100 // a UDP packet that overtakes another is not taken for a loss

/** What the reply tells of a track's way, and what closes it: once, for its ports or channels are soon another's. */
type OpenWay = { readonly transport: TransportSpec; readonly close: () => void }

/** One who publishes: ANNOUNCE made it, RECORD begins it (RFC 2326 sections 10.3 and 10.11). */
export class PublisherSession {
  readonly id: string
  readonly name: string
  readonly publisher: Viewer
  readonly segments: LiveSegments
  readonly #options: PublisherOptions
  readonly #tracks = new Map<number, PublisherTrack>()
  readonly #ways = new Map<number, OpenWay['close']>() // by track
  readonly #clock = new PublisherClock(() => [...this.#tracks.values()].map(({ units }) => units))
  #isRecording = false
  #hasEnded = false
  #aliveMs: number
  #packets = 0

  constructor(options: PublisherOptions) {
    const { id, name, publisher, announcement, timer } = options
    this.id = id
    this.name = name
    this.publisher = publisher
    this.#options = options
    this.#aliveMs = timer.nowMs()
    const { parameterSets, audio } = announcement
    this.segments = new LiveSegments({
      variant: name,
      ...(audio === undefined ? {} : { audio }),
      parameterSets,
      ...LIVE_LIMITS,
      hasTail: true,
    })
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  touch(): void {
    this.#aliveMs = this.#options.timer.nowMs()
  }

  /** Gives what the reply tells of the track's transport. Throws RtspRefusal. */
  async setUp(trackIndex: number | undefined, offer: TransportOffer, channels: InterleavedChannels) {
    const format = this.#options.announcement.tracks[trackIndex ?? -1]
    if (trackIndex === undefined) throw new RtspRefusal(459, 'SETUP of a whole stream')
    if (format === undefined) throw new RtspRefusal(404, `no track ${trackIndex} in the description`)
    if (this.#isRecording) throw new RtspRefusal(455, 'SETUP while recording')
    this.#closeWay(trackIndex)
    const track = new PublisherTrack({ ...format, waitMs: offer.kind === 'udp' ? REORDER_WAIT_MS : 0 })
    this.#tracks.set(trackIndex, track)
    const { transport, close } = await this.#openWay(track, offer, channels)
    if (this.#hasEnded) {
      close()
      throw new RtspRefusal(454, 'the session ended meanwhile')
    }
    this.#closeWay(trackIndex) // of a SETUP that came meanwhile
    this.#ways.set(trackIndex, close)
    return { ...transport, mode: 'RECORD' } satisfies TransportSpec
  }

  /** Throws RtspRefusal 455 before SETUP. */
  record(): void {
    if (this.#tracks.size === 0) throw new RtspRefusal(455, 'RECORD before SETUP')
    if (!this.#isRecording) this.#options.logger.info({ session: this.id, stream: this.name }, 'RTSP publisher began')
    this.#isRecording = true
  }

  /** What comes meanwhile is dropped. Throws RtspRefusal 455 before RECORD. */
  pause(): void {
    if (!this.#isRecording) throw new RtspRefusal(455, 'PAUSE before RECORD')
    this.#isRecording = false
  }

  endIfGone(timeoutMs: number): void {
    if (!this.#hasEnded && this.#options.timer.nowMs() - this.#aliveMs > timeoutMs) this.end('timeout')
  }

  /** Who watches sees what has come, to its end. */
  end(reason: EndReason): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const trackIndex of [...this.#ways.keys()]) this.#closeWay(trackIndex)
    this.segments.end()
    const tracks = [...this.#tracks.values()]
    const lostPackets = tracks.reduce((sum, track) => sum + track.lostPackets, 0)
    const droppedPictures = tracks.reduce((sum, track) => sum + track.units.droppedPictures, 0)
    const { id: session, name, publisher } = this
    const figures = { packets: this.#packets, lostPackets, droppedPictures }
    this.#options.logger.info(
      { session, stream: name, publisher: publisher.address, reason, ...figures },
      'RTSP publisher ended',
    )
    this.#options.onEnded(this)
  }

  #closeWay(trackIndex: number): void {
    this.#ways.get(trackIndex)?.()
    this.#ways.delete(trackIndex)
  }

  async #openWay(track: PublisherTrack, offer: TransportOffer, channels: InterleavedChannels): Promise<OpenWay> {
    const onRtp = (packet: Uint8Array): void => this.#takeRtp(track, packet)
    const onRtcp = (packet: Uint8Array): void => {
      this.touch()
      track.pushRtcp(packet)
    }
    const { ports } = this.#options
    if (offer.kind === 'interleaved') {
      const listener = { onRtp, onRtcp, onClosed: () => this.end('disconnected') }
      const interleaved = channels.open(offer.channels, listener)
      const transport = { lowerTransport: 'tcp', cast: 'unicast', interleaved } as const
      return { transport, close: () => channels.release(interleaved, listener) }
    }
    // Only a connected socket tells whose RTP comes; and what lies behind a link would have to cross its uplink.
    if (offer.kind !== 'udp' || !ports.sendsConnected || this.publisher.link !== undefined) {
      throw new RtspRefusal(461, `publishing over ${offer.kind}`)
    }
    const { clientPorts } = offer
    const ends = { ...this.publisher, rtpPort: clientPorts[0], rtcpPort: clientPorts[1] }
    const way = await ports.openTrack(ends, { onRtp, onRtcp, onRefused: () => {} })
    const serverPorts = [ports.rtpPort, ports.rtcpPort] as const
    const source = plainAddress(this.publisher.localAddress)
    const transport = { lowerTransport: 'udp', cast: 'unicast', source, clientPorts, serverPorts } as const
    return { transport, close: () => way.close() }
  }

  /** A datagram's memory is its socket's, so what is kept of it is copied. */
  #takeRtp(track: PublisherTrack, packet: Uint8Array): void {
    this.touch()
    if (!this.#isRecording || this.#hasEnded) return
    this.#packets += 1
    const { timer } = this.#options
    const units = track.pushRtp(Uint8Array.from(packet), timer.nowMs(), timer.unixMs())
    for (const { unit, ptsTicks } of this.#clock.push(track.units, units, timer.nowMs())) {
      const isKept =
        unit.kind === 'sound'
          ? this.segments.pushSound({ ptsTicks, data: unit.data })
          : this.segments.pushPicture({ ptsTicks, nals: unit.nals })
      if (!isKept) return this.end('failed')
    }
  }
}
