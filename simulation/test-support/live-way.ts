import type { AccessLink } from '../../link/access-link.ts'
import type { Alarm } from '../../link/event-queue.ts'
import { UDP_IPV4_HEADER_BYTES, type LinkPacket } from '../../link/link-packet.ts'
import { parityPayloadTypeOf, rtxPayloadTypeOf, RTX_TIME_MS } from '../../protocol/presentation-sdp.ts'
import { ParityGroup } from '../../protocol/rtp-ulpfec.ts'
import type { RtpRepair } from '../../protocol/ways.ts'
import { encodeRtp, RTP_HEADER_BYTES } from '../../protocol/rtp.ts'
import { DECODE_MS } from '../../stream/playback-clock.ts'
import { RepairRequests } from '../../stream/repair-requests.ts'
import type { SendCourse } from '../../stream/send-course.ts'
import type { PacketKind } from '../../udp-relay/packet-sink.ts'
import { ReceivedTrack, type ReceivedTrackOptions } from '../../udp-relay/received-track.ts'
import { RepairSink } from '../../udp-relay/repair-sink.ts'
import { ReportDatagrams } from '../../udp-relay/report-datagrams.ts'
import type { RtpWay, SentKind } from '../rtp-way.ts'

type Carried = LinkPacket & {
  readonly trackIndex: number
  readonly bytes?: Uint8Array
  readonly isReport?: boolean
  readonly lost?: readonly number[]
}

export type LiveWayOptions = {
  readonly jitterBufferMs: number
  readonly roundTripMs: number
  readonly repair: RtpRepair
}

type LiveTrack = { readonly track: ReceivedTrack; readonly repairs: RepairRequests; readonly alarm: Alarm }

/** The relay's sink that repairs, and its receiver's tracks, with bytes between them over a link in virtual time. What the
 *  receiver does at every tick is done at its moment. */
export class LiveWay implements RtpWay {
  readonly #link: AccessLink
  readonly #course: SendCourse
  readonly #options: LiveWayOptions
  readonly #flow: number
  readonly #sink: RepairSink
  readonly #tracks: readonly LiveTrack[]
  readonly #groups = [new ParityGroup(), new ParityGroup()]
  #id = 0

  constructor(link: AccessLink, sent: SendCourse, options: LiveWayOptions) {
    this.#options = options
    this.#link = link
    this.#course = sent
    this.#flow = link.openFlow({
      down: { delivered: (packet, atMs) => this.#receive(packet as Carried, atMs) },
      up: {
        delivered: (packet, atMs) => {
          const { trackIndex, lost = [] } = packet as Carried
          this.#sink.resend(trackIndex, lost, atMs)
        },
      },
    })
    const sink = {
      send: (kind: PacketKind, trackIndex: number, bytes: Uint8Array, atMs: number) =>
        this.#enter(
          'down',
          { trackIndex, bytes, isReport: kind === 'rtcp' },
          bytes.length,
          kind === 'rtp' ? 'rtp' : 'rtcp',
          atMs,
        ),
      close: () => {},
    }
    this.#sink = new RepairSink(sink, () => 0.5)
    this.#tracks = [0, 1].map((index) => this.#newTrack(index))
  }

  send(kind: SentKind, place: number, sizeBytes: number, atMs: number): void {
    if (kind === 'rtcp') return this.#sink.send('rtcp', 0, new Uint8Array(sizeBytes), atMs)
    const trackIndex = this.#course.trackIndices[place] as number
    const sequenceNumber = (this.#course.sequenceNumbers[place] as number) & 0xffff
    const timestampTicks = this.#course.mediaTicks[place] as number
    const mediaType = payloadTypeOf(trackIndex)
    const head = {
      marker: false,
      payloadType: kind === 'fec' ? parityPayloadTypeOf(mediaType) : mediaType,
      sequenceNumber,
      timestampTicks,
      ssrc: trackIndex,
    }
    const group = this.#groups[trackIndex] as ParityGroup
    const payload = kind === 'fec' ? group.take() : new Uint8Array(sizeBytes - RTP_HEADER_BYTES)
    const bytes = encodeRtp({ ...head, payload })
    if (bytes.length !== sizeBytes) throw new Error(`${kind} of ${bytes.length} bytes, planned with ${sizeBytes}`)
    if (kind === 'rtp' && this.#options.repair === 'fec') group.add(bytes)
    this.#sink.send(kind, trackIndex, bytes, atMs)
  }

  ask(): void {}

  whenDrained(told: () => void): void {
    told()
  }

  close(): void {}

  figures(): Record<string, number> {
    for (const [index, { track }] of this.#tracks.entries())
      track.finish(1e6, (this.#course.packetsOfTrack[index] ?? 0) - 1)
    const figures = this.#tracks.map(({ track }) => track.figures())
    const sum = (key: 'repairedPackets' | 'lateRepairs' | 'missingPackets' | 'repairBytes') =>
      figures.reduce((total, track) => total + track[key], 0)
    return {
      repaired: sum('repairedPackets'),
      lateRepairs: sum('lateRepairs'),
      missing: sum('missingPackets'),
      repairBytes: sum('repairBytes'),
    }
  }

  #newTrack(index: number) {
    const waitMs = this.#options.jitterBufferMs - DECODE_MS
    const repairs = new RepairRequests({ waitMs, roundTripMs: this.#options.roundTripMs })
    const payloadType = payloadTypeOf(index)
    const isProtected = this.#options.repair === 'fec'
    const description = {
      kind: index === 0 ? 'video' : 'audio',
      encoding: 'any',
      clockRateHz: index === 0 ? 90_000 : 48_000,
      payloadType,
      ...(isProtected
        ? { parityPayloadType: parityPayloadTypeOf(payloadType) }
        : { repair: { rtxPayloadType: rtxPayloadTypeOf(payloadType), rtxTimeMs: RTX_TIME_MS } }),
    } as unknown as ReceivedTrackOptions['description']
    const media = { push: () => {}, finish: () => {} }
    const first = { sequenceNumber: 0 }
    const track = new ReceivedTrack({
      description,
      waitMs,
      first,
      repairs: isProtected ? undefined : repairs,
      media,
      tell: () => {},
      onFirst: () => {},
    })
    return { track, repairs, alarm: this.#link.alarms.newAlarm((atMs) => this.#askForMissing(index, atMs)) }
  }

  #receive({ trackIndex, bytes, isReport = false }: Carried, atMs: number): void {
    if (bytes === undefined || isReport) return
    this.#tracks[trackIndex]?.track.takeRtp(bytes, atMs)
    this.#askForMissing(trackIndex, atMs)
  }

  #askForMissing(trackIndex: number, atMs: number): void {
    const { track, repairs, alarm } = this.#tracks[trackIndex] as LiveTrack
    const lost = track.takeRequests(atMs)
    if (lost.length > 0) {
      const nack = new ReportDatagrams({
        track,
        ssrc: 3,
        cname: 'x'.repeat(16),
        jitterBufferMs: this.#options.jitterBufferMs,
      }).nack(lost)
      this.#enter('up', { trackIndex, lost }, nack.length, 'rtcp', atMs)
    }
    track.advance(atMs)
    const nextMs = repairs.nextEventMs()
    if (nextMs === Infinity) this.#link.alarms.cancel(alarm)
    else this.#link.alarms.set(alarm, nextMs)
  }

  #enter(
    direction: 'down' | 'up',
    what: Pick<Carried, 'trackIndex' | 'bytes' | 'isReport' | 'lost'>,
    bytes: number,
    traffic: 'rtp' | 'rtcp',
    atMs: number,
  ): void {
    this.#id += 1
    const packet: Carried = {
      ...what,
      id: this.#id,
      flow: this.#flow,
      sizeBytes: bytes + UDP_IPV4_HEADER_BYTES,
      traffic,
    }
    this.#link.send(direction, packet, atMs)
  }
}

function payloadTypeOf(trackIndex: number): number {
  return 96 + trackIndex
}
