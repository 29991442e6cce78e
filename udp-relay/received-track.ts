import { decodeRtx } from '../protocol/rtp-rtx.ts'
import { RTP_HEADER_BYTES, decodeRtp, extendSequenceNumber, type RtpPacket } from '../protocol/rtp.ts'
import type { RtpInfo } from '../protocol/rtsp-headers.ts'
import type { SdpTrack } from '../protocol/sdp.ts'
import { JitterBuffer, type Released } from '../stream/jitter-buffer.ts'
import { LossBursts, type BurstFigures } from '../stream/loss-bursts.ts'
import { ReceptionStatistics, type Arrival } from '../stream/reception-statistics.ts'
import { ParityRecovery, type Recovered } from '../stream/parity-recovery.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { RepairRequests } from '../stream/repair-requests.ts'
import { SeenLately } from '../stream/seen-lately.ts'

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
  #jitterBuffer: JitterBuffer<RtpPacket>
  #bursts = new LossBursts()
  #repaired = new SeenLately()
  #held: { readonly packet: RtpPacket; readonly datagram: Uint8Array } | undefined // during probation: it is the stream's first packet if the next one follows it
  #ssrc: number | undefined
  #recovery: ParityRecovery | undefined // where the description tells of parity
  #isAfterLoss = false // a parity packet was the first one after it
  #counts = { repairPackets: 0, repairBytes: 0, repairedPackets: 0, missingPackets: 0, latePackets: 0 }
  #strangePackets = 0
  restarts = 0
  #hasFinished = false
  #firstArrivalMs = 0
  lastArrivalMs: number | undefined

  constructor(options: ReceivedTrackOptions) {
    this.description = options.description
    this.#options = options
    this.#statistics = this.#newStatistics(options.first?.sequenceNumber)
    this.#jitterBuffer = this.#newJitterBuffer(options.first?.sequenceNumber)
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
    this.#release(this.#jitterBuffer.advance(nowMs), nowMs)
  }

  /** What to ask for again now: sequence numbers as a NACK tells them. */
  takeRequests(nowMs: number): readonly number[] {
    const { repairs } = this.#options
    if (repairs === undefined || repairs.nextEventMs() > nowMs) return []
    return repairs.due(nowMs).map((sequenceNumber) => sequenceNumber & 0xffff)
  }

  /** Nothing more will come; `lastSequenceNumber` where the sender has told it. */
  finish(nowMs: number, lastSequenceNumber: number | undefined): void {
    if (this.#hasFinished) return
    this.#hasFinished = true
    if (lastSequenceNumber !== undefined) this.#statistics.noteLast(lastSequenceNumber)
    const { expectedPackets } = this.#statistics
    const last = this.#statistics.report().extendedHighestSequenceNumber
    this.#release(this.#jitterBuffer.finish(expectedPackets === 0 ? undefined : last), nowMs)
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
    if (this.#statistics.receivedPackets < receivedBefore) this.#restart(nowMs)
    else this.#noticeGap(arrival, expectedBefore, nowMs)
    this.#pushHeld(arrival.extendedSequenceNumber, nowMs)
    const { extendedSequenceNumber } = arrival
    // It may have been there already, in another's place.
    if (!this.#repaired.has(extendedSequenceNumber)) this.#push(extendedSequenceNumber, packet, nowMs)
    this.#recover(extendedSequenceNumber, packet, datagram, nowMs)
  }

  #countBytes(packet: RtpPacket, sizeBytes: number, nowMs: number): void {
    if (!this.#isParity(packet)) return this.#options.tell({ kind: 'media-received', atMs: nowMs, sizeBytes })
    this.#counts.repairPackets += 1
    this.#counts.repairBytes += sizeBytes
    this.#tellRepair(sizeBytes, undefined, nowMs)
  }

  #isParity({ payloadType }: RtpPacket): boolean {
    return payloadType === this.description.parityPayloadType
  }

  /** What a packet that has come gives back of others. */
  #recover(sequenceNumber: number, packet: RtpPacket, datagram: Uint8Array, nowMs: number): void {
    if (this.description.parityPayloadType === undefined) return
    this.#recovery ??= new ParityRecovery(packet.ssrc)
    if (!this.#isParity(packet)) return this.#restore(this.#recovery.takeMedia(sequenceNumber, datagram), nowMs)
    const { recovered, lostParity } = this.#recovery.takeParity(sequenceNumber, packet.payload)
    this.#restore(recovered, nowMs)
    if (lostParity !== undefined) this.#fill(lostParity, { ...packet, sequenceNumber: lostParity & 0xffff }, nowMs)
  }

  #restore(recovered: readonly Recovered[], nowMs: number): void {
    for (const { sequenceNumber, datagram } of recovered) {
      const read = decodeRtp(datagram)
      const isMedia = read.ok && read.value.payloadType === this.description.payloadType
      if (!isMedia || !this.#fill(sequenceNumber, read.value, nowMs)) continue
      this.#counts.repairedPackets += 1
      this.#tellRepair(0, read.value, nowMs) // the parity's own bytes have been told
    }
  }

  /** In the place of a packet that has not come; whether it is still waited for. */
  #fill(sequenceNumber: number, packet: RtpPacket, nowMs: number): boolean {
    if (!this.#jitterBuffer.awaits(sequenceNumber)) return false
    this.#repaired.add(sequenceNumber)
    this.#push(sequenceNumber, packet, nowMs)
    return true
  }

  /** Packets that the numbers have just passed over are worth asking for. */
  #noticeGap(
    { extendedSequenceNumber }: Extract<Arrival, { kind: 'new' | 'duplicate' }>,
    expectedBefore: number,
    nowMs: number,
  ): void {
    const { repairs } = this.#options
    if (repairs === undefined) return
    const passed = this.#statistics.expectedPackets - expectedBefore - 1
    if (passed < 0) repairs.arrive(extendedSequenceNumber)
    if (passed > 0) repairs.miss(extendedSequenceNumber - passed, extendedSequenceNumber - 1, nowMs)
  }

  #takeRepair(rtx: RtpPacket, sizeBytes: number, nowMs: number): void {
    const { repairs } = this.#options
    const { payloadType } = this.description
    this.#counts.repairPackets += 1
    this.#counts.repairBytes += sizeBytes
    const read = decodeRtx(rtx, { payloadType, ssrc: this.#ssrc ?? 0 })
    if (!read.ok || repairs === undefined) return this.#tellRepair(sizeBytes, undefined, nowMs)
    const highest = this.#statistics.highestSequenceNumber
    const sequenceNumber = extendSequenceNumber(read.value.sequenceNumber, highest)
    // Else it has come meanwhile, or nobody waits for it any more.
    if (!repairs.repair(sequenceNumber, nowMs)) return this.#tellRepair(sizeBytes, undefined, nowMs)
    this.#repaired.add(sequenceNumber)
    const lateBefore = this.#jitterBuffer.latePackets
    this.#push(sequenceNumber, read.value, nowMs)
    const isInTime = this.#jitterBuffer.latePackets === lateBefore
    if (isInTime) this.#counts.repairedPackets += 1
    this.#tellRepair(sizeBytes, isInTime ? read.value : undefined, nowMs)
  }

  #tellRepair(sizeBytes: number, repaired: RtpPacket | undefined, atMs: number): void {
    this.#options.tell({
      kind: 'repair-received',
      atMs,
      sizeBytes,
      repairedPackets: repaired === undefined ? 0 : 1,
      repairedBytes: repaired === undefined ? 0 : RTP_HEADER_BYTES + repaired.payload.length,
    })
  }

  #pushHeld(sequenceNumber: number, nowMs: number): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    this.#push(sequenceNumber - 1, held.packet, nowMs)
    this.#recover(sequenceNumber - 1, held.packet, held.datagram, nowMs)
  }

  #push(sequenceNumber: number, packet: RtpPacket, nowMs: number): void {
    this.#release(this.#jitterBuffer.push(sequenceNumber, packet, nowMs), nowMs)
  }

  #release(released: readonly Released<RtpPacket>[], nowMs: number): void {
    const { tell } = this.#options
    for (; this.#counts.latePackets < this.#jitterBuffer.latePackets; this.#counts.latePackets += 1) {
      tell({ kind: 'packet-late', atMs: nowMs })
    }
    for (const item of released) {
      if (item.kind === 'lost') {
        this.#counts.missingPackets += item.packets
        this.#bursts.lose(item.packets)
        tell({ kind: 'packets-given-up', atMs: nowMs, packets: item.packets })
      } else this.#bursts.receive()
      this.#pass(item, nowMs)
    }
  }

  /** Without the parity; what is lost before it is lost before what follows. */
  #pass(item: Released<RtpPacket>, nowMs: number): void {
    const { media } = this.#options
    if (item.kind === 'lost') return media.push(item, nowMs)
    const lostBefore = item.lostBefore || this.#isAfterLoss
    this.#isAfterLoss = lostBefore && this.#isParity(item.packet)
    if (this.#isParity(item.packet)) return
    media.push(lostBefore === item.lostBefore ? item : { ...item, lostBefore }, nowMs)
  }

  /** Numbers begin anew, and so does everything that hangs on them. */
  #restart(nowMs: number): void {
    this.#release(this.#jitterBuffer.finish(), nowMs)
    this.#jitterBuffer = this.#newJitterBuffer(undefined)
    this.#bursts = new LossBursts()
    this.#repaired = new SeenLately()
    this.#recovery = undefined
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

  #newJitterBuffer(firstSequenceNumber: number | undefined): JitterBuffer<RtpPacket> {
    const { waitMs } = this.#options
    return new JitterBuffer({ waitMs, ...(firstSequenceNumber === undefined ? {} : { firstSequenceNumber }) })
  }
}
