import { decodeRtx } from '../protocol/rtp-rtx.ts'
import { decodeRtp, extendSequenceNumber, RTP_HEADER_BYTES, type RtpPacket } from '../protocol/rtp.ts'
import { JitterBuffer, type Released } from './jitter-buffer.ts'
import { MissedPackets } from './missed-packets.ts'
import { ParityRecovery, type Recovered } from './parity-recovery.ts'
import type { RepairRequests } from './repair-requests.ts'
import { SeenLately } from './seen-lately.ts'

/** What one packet of repair was worth, or what one packet of the media has given back together with parity. */
export type RepairNews = {
  readonly sizeBytes: number // of the packet of repair; 0: it was told when it came
  readonly repairedPackets: number // 0 or 1, in time
  readonly repairedBytes: number // of this one, with its header
  readonly latePackets?: 1 // it would have been one, had it come in time
  readonly delayMs?: number // from the moment at which the packet was missed
}

export type RepairedBufferOptions = {
  readonly payloadType: number // of the media
  readonly parityPayloadType: number | undefined // where the track has parity among its packets, RFC 5109
  readonly requests: RepairRequests | undefined // where packets may be asked for again, RFC 4585
  readonly waitMs: number
  readonly firstSequenceNumber?: number | undefined
  readonly tellRepair: (news: RepairNews, nowMs: number) => void
}

const NOTHING: readonly Released<RtpPacket>[] = []

/** A jitter buffer of which gaps are filled, too, by retransmissions (RFC 4588) and out of parity (RFC 5109), and which gives
 *  the media alone. Sequence numbers are extended ones; time is told. */
export class RepairedBuffer {
  readonly #options: RepairedBufferOptions
  readonly #buffer: JitterBuffer<RtpPacket>
  readonly #repaired = new SeenLately()
  readonly #missed = new MissedPackets()
  #recovery: ParityRecovery | undefined
  #isAfterLoss = false // a parity packet was the first one after it

  constructor(options: RepairedBufferOptions) {
    const { waitMs, firstSequenceNumber } = options
    this.#options = options
    this.#buffer = new JitterBuffer({ waitMs, ...(firstSequenceNumber === undefined ? {} : { firstSequenceNumber }) })
  }

  get latePackets(): number {
    return this.#buffer.latePackets
  }

  isParity({ payloadType }: RtpPacket): boolean {
    return payloadType === this.#options.parityPayloadType
  }

  /** So many numbers before this packet's have just been passed over; less than none, if a later one had come before it. */
  notice(sequenceNumber: number, passed: number, nowMs: number): void {
    const { requests } = this.#options
    if (passed < 0) requests?.arrive(sequenceNumber)
    if (passed <= 0) return
    this.#missed.miss(sequenceNumber - passed, passed, nowMs)
    requests?.miss(sequenceNumber - passed, sequenceNumber - 1, nowMs)
  }

  /** A packet of the sequence that was sent first: of the media, or the parity between them. */
  push(sequenceNumber: number, packet: RtpPacket, datagram: Uint8Array, nowMs: number): readonly Released<RtpPacket>[] {
    // It may have been there already, in another's place.
    const released = this.#repaired.has(sequenceNumber) ? NOTHING : this.#take(sequenceNumber, packet, nowMs)
    if (this.#options.parityPayloadType === undefined) return released
    return [...released, ...this.#recover(sequenceNumber, packet, datagram, nowMs)]
  }

  /** A retransmission has come, of the stream with this SSRC of which `highest` is the newest number. */
  pushAgain(
    rtx: RtpPacket,
    { ssrc, highest, sizeBytes }: { readonly ssrc: number; readonly highest: number; readonly sizeBytes: number },
    nowMs: number,
  ): readonly Released<RtpPacket>[] {
    const { payloadType, requests } = this.#options
    const read = decodeRtx(rtx, { payloadType, ssrc })
    if (!read.ok || requests === undefined) return this.#tellUseless(sizeBytes, nowMs)
    const sequenceNumber = extendSequenceNumber(read.value.sequenceNumber, highest)
    const isMissed = requests.repair(sequenceNumber, nowMs)
    if (isMissed && this.#buffer.awaits(sequenceNumber)) {
      return this.#fill(sequenceNumber, read.value, sizeBytes, nowMs)
    }
    this.#tellTooLate(sequenceNumber, sizeBytes, nowMs)
    return NOTHING
  }

  /** What to ask for again now, as a NACK tells it: 16 bits each. */
  takeRequests(nowMs: number): readonly number[] {
    const { requests } = this.#options
    if (requests === undefined || requests.nextEventMs() > nowMs) return []
    return requests.due(nowMs).map((sequenceNumber) => sequenceNumber & 0xffff)
  }

  /** Gives up what has waited long enough. */
  advance(nowMs: number): readonly Released<RtpPacket>[] {
    return this.#media(this.#buffer.advance(nowMs))
  }

  /** Infinity while nothing is missing. */
  nextEventMs(): number {
    return Math.min(this.#buffer.nextEventMs(), this.#options.requests?.nextEventMs() ?? Infinity)
  }

  finish(lastSequenceNumber?: number): readonly Released<RtpPacket>[] {
    return this.#media(this.#buffer.finish(lastSequenceNumber))
  }

  #take(sequenceNumber: number, packet: RtpPacket, nowMs: number): readonly Released<RtpPacket>[] {
    return this.#media(this.#buffer.push(sequenceNumber, packet, nowMs))
  }

  /** What a packet that has come gives back of others. */
  #recover(
    sequenceNumber: number,
    packet: RtpPacket,
    datagram: Uint8Array,
    nowMs: number,
  ): readonly Released<RtpPacket>[] {
    this.#recovery ??= new ParityRecovery(packet.ssrc)
    if (!this.isParity(packet)) return this.#restore(this.#recovery.takeMedia(sequenceNumber, datagram), nowMs)
    const { recovered, lostParity } = this.#recovery.takeParity(sequenceNumber, packet.payload)
    const restored = this.#restore(recovered, nowMs)
    if (lostParity === undefined || !this.#buffer.awaits(lostParity)) return restored
    this.#repaired.add(lostParity)
    return [...restored, ...this.#take(lostParity, { ...packet, sequenceNumber: lostParity & 0xffff }, nowMs)]
  }

  #restore(recovered: readonly Recovered[], nowMs: number): readonly Released<RtpPacket>[] {
    return recovered.flatMap(({ sequenceNumber, packet: datagram }) => {
      const read = decodeRtp(datagram)
      if (!read.ok || read.value.payloadType !== this.#options.payloadType) return NOTHING
      if (this.#buffer.awaits(sequenceNumber)) return this.#fill(sequenceNumber, read.value, 0, nowMs)
      this.#tellTooLate(sequenceNumber, 0, nowMs)
      return NOTHING
    })
  }

  /** In the place of a packet that has not come and is still waited for. */
  #fill(sequenceNumber: number, packet: RtpPacket, sizeBytes: number, nowMs: number): readonly Released<RtpPacket>[] {
    this.#repaired.add(sequenceNumber)
    const missedMs = this.#missed.missedMs(sequenceNumber)
    const repairedBytes = RTP_HEADER_BYTES + packet.payload.length
    const delay = missedMs === undefined ? {} : { delayMs: nowMs - missedMs }
    this.#options.tellRepair({ sizeBytes, repairedPackets: 1, repairedBytes, ...delay }, nowMs)
    return this.#take(sequenceNumber, packet, nowMs)
  }

  #tellUseless(sizeBytes: number, nowMs: number): readonly Released<RtpPacket>[] {
    this.#options.tellRepair({ sizeBytes, repairedPackets: 0, repairedBytes: 0 }, nowMs)
    return NOTHING
  }

  /** Either nobody waits for it any more, or it has come meanwhile. */
  #tellTooLate(sequenceNumber: number, sizeBytes: number, nowMs: number): void {
    const late = this.#missed.takeGivenUp(sequenceNumber) ? ({ latePackets: 1 } as const) : {}
    if (sizeBytes === 0 && late.latePackets === undefined) return
    this.#options.tellRepair({ sizeBytes, repairedPackets: 0, repairedBytes: 0, ...late }, nowMs)
  }

  /** Without the parity; what is lost before it is lost before what follows. */
  #media(released: readonly Released<RtpPacket>[]): readonly Released<RtpPacket>[] {
    if (released.length === 0) return released
    for (const item of released) {
      if (item.kind === 'lost') this.#missed.giveUp(item.firstSequenceNumber, item.packets)
    }
    return this.#options.parityPayloadType === undefined
      ? released
      : released.flatMap((item) => this.#withoutParity(item))
  }

  #withoutParity(item: Released<RtpPacket>): readonly Released<RtpPacket>[] {
    if (item.kind === 'lost') return [item]
    const lostBefore = item.lostBefore || this.#isAfterLoss
    const isParity = this.isParity(item.packet)
    this.#isAfterLoss = lostBefore && isParity
    if (isParity) return []
    return [lostBefore === item.lostBefore ? item : { ...item, lostBefore }]
  }
}
