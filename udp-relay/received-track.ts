import { decodeRtp, type RtpPacket } from '../protocol/rtp.ts'
import type { RtpInfo } from '../protocol/rtsp-headers.ts'
import type { SdpTrack } from '../protocol/sdp.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import { LossBursts, type BurstFigures } from '../stream/loss-bursts.ts'
import { ReceptionStatistics } from '../stream/reception-statistics.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { RepairRequests } from '../stream/repair-requests.ts'
import { RepairedBuffer, type RepairNews } from '../stream/repaired-buffer.ts'

/** Takes a track's packets in order, each once, and the gaps between them. */
export type TrackMedia = {
  push(item: Released<RtpPacket>, nowMs: number): void
  /** No more will come. */
  finish(nowMs: number): void
}

export type ReceivedTrackOptions = {
  readonly description: SdpTrack
  readonly waitMs: number // of the jitter buffer
  readonly first: Pick<RtpInfo, 'sequenceNumber'> | undefined // as RTP-Info tells it
  readonly repairs: RepairRequests | undefined
  readonly media: TrackMedia
  readonly tell: (event: ViewerEvent) => void
  /** A first packet: where the timeline hangs. */
  readonly onFirst: (timestampTicks: number, arrivalMs: number) => void
}

/** What a track's packets tell. The network's part counts packets before any repair. */
export type TrackFigures = {
  readonly kind: SdpTrack['kind']
  readonly encoding: string
  readonly receivedPackets: number // each once
  readonly expectedPackets: number
  readonly lostPackets: number
  readonly duplicatePackets: number
  readonly reorderedPackets: number
  readonly jitterMs: number // RFC 3550 section 6.4.1
  readonly repairPackets: number // retransmissions and parity that came
  readonly repairBytes: number
  readonly repairedPackets: number // of the lost ones, in time
  readonly lateRepairs: number // of those given up, repaired too late
  readonly requestedPackets: number
  readonly missingPackets: number // neither came in time nor was repaired, so far
  readonly latePackets: number // of these came after all
  readonly bursts: BurstFigures // of the missing ones
  readonly strangePackets: number // of another source, another payload type, or no RTP
  readonly restarts: number // the sender began anew; all figures count from then on
}

/** One track's packets from the wire: counted, repaired, put in order. Time is told. */
export class ReceivedTrack {
  readonly description: SdpTrack
  readonly #options: ReceivedTrackOptions
  #statistics: ReceptionStatistics
  #buffer: RepairedBuffer
  #bursts = new LossBursts()
  #held: { readonly packet: RtpPacket; readonly datagram: Uint8Array } | undefined // during probation: it is the stream's first packet if the next one follows it
  #ssrc: number | undefined
  #counts = {
    repairPackets: 0,
    repairBytes: 0,
    repairedPackets: 0,
    lateRepairs: 0,
    missingPackets: 0,
    latePackets: 0,
  }
  #strangePackets = 0
  restarts = 0
  #hasFinished = false
  #firstArrivalMs = 0
  lastArrivalMs: number | undefined

  constructor(options: ReceivedTrackOptions) {
    this.description = options.description
    this.#options = options
    this.#statistics = this.#newStatistics(options.first?.sequenceNumber)
    this.#buffer = this.#newBuffer(options.first?.sequenceNumber)
  }

  /** Of the packets that came; undefined before the first. */
  get ssrc(): number | undefined {
    return this.#ssrc
  }

  get statistics(): ReceptionStatistics {
    return this.#statistics
  }

  /** From one packet that was sent to the next, in the mean. */
  get msPerPacket(): number {
    const { expectedPackets } = this.#statistics
    return expectedPackets < 2 ? 0 : ((this.lastArrivalMs ?? 0) - this.#firstArrivalMs) / (expectedPackets - 1)
  }

  takeRtp(datagram: Uint8Array, nowMs: number): void {
    const read = decodeRtp(datagram)
    if (!read.ok || this.#hasFinished) return void (this.#strangePackets += 1)
    const packet = read.value
    const { payloadType, repair, parityPayloadType } = this.description
    if (packet.payloadType === repair?.rtxPayloadType) return this.#takeRepair(packet, datagram.length, nowMs)
    const isOurs = packet.payloadType === payloadType || packet.payloadType === parityPayloadType
    if (!isOurs || (this.#ssrc ?? packet.ssrc) !== packet.ssrc) {
      this.#strangePackets += 1
      return
    }
    this.#ssrc = packet.ssrc
    this.#takeOriginal(packet, datagram, nowMs)
  }

  /** Gives up what has waited long enough. */
  advance(nowMs: number): void {
    this.#release(this.#buffer.advance(nowMs), nowMs)
  }

  /** What to ask for again now: sequence numbers as a NACK tells them. */
  takeRequests(nowMs: number): readonly number[] {
    return this.#buffer.takeRequests(nowMs)
  }

  /** Nothing more will come; `lastSequenceNumber` where the sender has told it. */
  finish(nowMs: number, lastSequenceNumber: number | undefined): void {
    if (this.#hasFinished) return
    this.#hasFinished = true
    if (lastSequenceNumber !== undefined) this.#statistics.noteLast(lastSequenceNumber)
    const { expectedPackets } = this.#statistics
    const last = this.#statistics.report().extendedHighestSequenceNumber
    this.#release(this.#buffer.finish(expectedPackets === 0 ? undefined : last), nowMs)
    this.#options.media.finish(nowMs)
  }

  figures(): TrackFigures {
    const { kind, encoding, clockRateHz } = this.description
    const { uniquePackets, expectedPackets, lostPackets, duplicatePackets, reorderedPackets, jitterTicks } =
      this.#statistics
    return {
      kind,
      encoding,
      receivedPackets: uniquePackets,
      expectedPackets,
      lostPackets,
      duplicatePackets,
      reorderedPackets,
      jitterMs: (jitterTicks * 1000) / clockRateHz, // ticks to ms
      ...this.#counts,
      requestedPackets: this.#options.repairs?.requestedPackets ?? 0,
      bursts: this.#bursts.figures(),
      strangePackets: this.#strangePackets,
      restarts: this.restarts,
    }
  }

  /** Of the sequence that was sent first: media, and the parity between them. */
  #takeOriginal(packet: RtpPacket, datagram: Uint8Array, nowMs: number): void {
    const { onFirst } = this.#options
    const receivedBefore = this.#statistics.receivedPackets
    const expectedBefore = this.#statistics.expectedPackets
    const arrival = this.#statistics.add(packet.sequenceNumber, packet.timestampTicks, nowMs)
    if (this.lastArrivalMs === undefined) {
      this.#firstArrivalMs = nowMs
      onFirst(packet.timestampTicks, nowMs)
    }
    this.lastArrivalMs = nowMs
    this.#countBytes(packet, datagram.length, nowMs)
    if (arrival.kind === 'probation') this.#held = { packet, datagram }
    if (arrival.kind !== 'new') return
    const hasRestarted = this.#statistics.receivedPackets < receivedBefore
    if (hasRestarted) this.#restart(nowMs)
    const { extendedSequenceNumber } = arrival
    const passed = this.#statistics.expectedPackets - expectedBefore - 1
    if (!hasRestarted) this.#buffer.notice(extendedSequenceNumber, passed, nowMs)
    this.#pushHeld(extendedSequenceNumber, nowMs)
    this.#release(this.#buffer.push(extendedSequenceNumber, packet, datagram, nowMs), nowMs)
  }

  #countBytes(packet: RtpPacket, sizeBytes: number, nowMs: number): void {
    if (!this.#buffer.isParity(packet)) return this.#options.tell({ kind: 'media-received', atMs: nowMs, sizeBytes })
    this.#tellRepair({ sizeBytes, repairedPackets: 0, repairedBytes: 0 }, nowMs)
  }

  #takeRepair(rtx: RtpPacket, sizeBytes: number, nowMs: number): void {
    const sent = { ssrc: this.#ssrc ?? 0, highest: this.#statistics.highestSequenceNumber, sizeBytes }
    this.#release(this.#buffer.pushAgain(rtx, sent, nowMs), nowMs)
  }

  #tellRepair(news: RepairNews, atMs: number): void {
    const { sizeBytes, repairedPackets, latePackets = 0 } = news
    if (sizeBytes > 0) this.#counts.repairPackets += 1
    this.#counts.repairBytes += sizeBytes
    this.#counts.repairedPackets += repairedPackets
    this.#counts.lateRepairs += latePackets
    this.#options.tell({ kind: 'repair-received', atMs, ...news })
  }

  #pushHeld(sequenceNumber: number, nowMs: number): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    this.#release(this.#buffer.push(sequenceNumber - 1, held.packet, held.datagram, nowMs), nowMs)
  }

  #release(released: readonly Released<RtpPacket>[], nowMs: number): void {
    const { tell, media } = this.#options
    for (; this.#counts.latePackets < this.#buffer.latePackets; this.#counts.latePackets += 1) {
      tell({ kind: 'packet-late', atMs: nowMs })
    }
    for (const item of released) {
      if (item.kind === 'lost') {
        this.#counts.missingPackets += item.packets
        this.#bursts.lose(item.packets)
        tell({ kind: 'packets-given-up', atMs: nowMs, packets: item.packets })
      } else this.#bursts.receive()
      media.push(item, nowMs)
    }
  }

  /** Numbers begin anew, and so does everything that hangs on them. */
  #restart(nowMs: number): void {
    this.#release(this.#buffer.finish(), nowMs)
    this.#buffer = this.#newBuffer(undefined)
    this.#bursts = new LossBursts()
    this.#counts = { ...this.#counts, missingPackets: 0, latePackets: 0 }
    this.restarts += 1
  }

  #newStatistics(firstSequenceNumber: number | undefined): ReceptionStatistics {
    const { clockRateHz } = this.description
    return new ReceptionStatistics({
      clockRateHz,
      ...(firstSequenceNumber === undefined ? {} : { firstSequenceNumber }),
    })
  }

  #newBuffer(firstSequenceNumber: number | undefined): RepairedBuffer {
    const { description, waitMs, repairs } = this.#options
    const { payloadType, parityPayloadType } = description
    return new RepairedBuffer({
      payloadType,
      parityPayloadType,
      requests: repairs,
      waitMs,
      firstSequenceNumber,
      tellRepair: (news, nowMs) => this.#tellRepair(news, nowMs),
    })
  }
}
