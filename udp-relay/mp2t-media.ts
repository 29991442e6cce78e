import { concatBytes } from '../protocol/bytes.ts'
import { splitAnnexB } from '../protocol/h264.ts'
import { ticksAfter } from '../protocol/mpeg-ts-clock.ts'
import { decodeTsPacket, TS_PACKET_BYTES, type TsPacket } from '../protocol/mpeg-ts-packet.ts'
import { findProgram, type TsProgram } from '../protocol/mpeg-ts-program.ts'
import { nalSyntaxes } from '../protocol/nal-syntax.ts'
import { decodePes } from '../protocol/pes.ts'
import type { RtpPacket } from '../protocol/rtp.ts'
import { FrameIntegrity } from '../stream/frame-integrity.ts'
import type { Released } from '../stream/jitter-buffer.ts'
import type { TrackMedia } from './received-track.ts'
import type { MediaListener } from './track-media.ts'

/** A picture's PES packet while its transport packets come. */
type Picture = {
  readonly firstSequenceNumber: number // of RTP, where it begins
  readonly parts: Uint8Array[]
  sizeBytes: number
  isCut: boolean // something is missing: what comes after that is left out
}

const MAX_HEAD_BYTES = 2000 * TS_PACKET_BYTES // until a program map has come
const MAX_PICTURE_BYTES = 4 * 2 ** 20

/** The pictures of a transport stream in RTP (RFC 2250), judged as those of RTP/H264 are, one access unit a PES packet; the
 *  stream itself is passed on as it came. Times count from its first clock reference, which is when its byte came. */
export class Mp2tMedia implements TrackMedia {
  readonly #listener: MediaListener
  #integrity = new FrameIntegrity()
  #program: TsProgram | undefined
  #head: Uint8Array = new Uint8Array(0)
  #originTicks: number | undefined // 90 kHz, of the first clock reference
  #picture: Picture | undefined
  #counter: number | undefined // continuity of the picture's PID

  constructor(listener: MediaListener) {
    this.#listener = listener
  }

  push(item: Released<RtpPacket>, nowMs: number): void {
    if (item.kind === 'lost') return this.#lose(item.firstSequenceNumber & 0xffff, item.packets)
    const { payload, sequenceNumber } = item.packet
    this.#listener.onTransport(payload)
    if (this.#program === undefined) return this.#lookForProgram(payload, sequenceNumber, nowMs)
    this.#takeAll(payload, this.#program, sequenceNumber, nowMs)
  }

  /** Only the next picture's begin shows that one has ended; here it is the end that does. */
  finish(nowMs: number): void {
    this.#finishPicture(nowMs)
  }

  #lose(firstSequenceNumber: number, packets: number): void {
    this.#integrity.lose({ firstSequenceNumber, packets })
    this.#counter = undefined
    if (this.#picture !== undefined) this.#picture.isCut = true
  }

  #lookForProgram(payload: Uint8Array, sequenceNumber: number, nowMs: number): void {
    this.#head = this.#head.length > MAX_HEAD_BYTES ? payload : concatBytes([this.#head, payload])
    const program = findProgram(this.#head)
    if (!program.ok) return
    this.#program = program.value
    const { videoCodec } = program.value
    if (videoCodec !== undefined) this.#integrity = new FrameIntegrity({ codec: videoCodec })
    this.#takeAll(this.#head, program.value, sequenceNumber, nowMs)
    this.#head = new Uint8Array(0)
  }

  #takeAll(payload: Uint8Array, { pcrPid, videoPid }: TsProgram, sequenceNumber: number, nowMs: number): void {
    for (let at = 0; at + TS_PACKET_BYTES <= payload.length; at += TS_PACKET_BYTES) {
      const packet = decodeTsPacket(payload, at)
      if (!packet.ok) continue
      const { pid, pcrTicks27MHz } = packet.value
      if (pid === pcrPid && pcrTicks27MHz !== undefined) this.#noteClock(pcrTicks27MHz / 300, nowMs)
      if (pid === videoPid) this.#takeVideo(payload, packet.value, sequenceNumber, nowMs)
    }
  }

  #noteClock(ticks: number, nowMs: number): void {
    if (this.#originTicks !== undefined) return
    this.#originTicks = Math.floor(ticks)
    this.#listener.onClock(0, nowMs)
  }

  #takeVideo(payload: Uint8Array, packet: TsPacket, sequenceNumber: number, nowMs: number): void {
    const { unitStart, continuityCounter, payloadStart, payloadEnd } = packet
    if (payloadStart === payloadEnd) return
    const isNext = this.#counter === undefined || continuityCounter === ((this.#counter + 1) & 0x0f)
    this.#counter = continuityCounter
    if (!isNext && this.#picture !== undefined) this.#picture.isCut = true
    if (unitStart) {
      this.#finishPicture(nowMs, sequenceNumber)
      this.#picture = { firstSequenceNumber: sequenceNumber, parts: [], sizeBytes: 0, isCut: false }
    }
    const picture = this.#picture
    if (picture === undefined || picture.isCut) return
    picture.parts.push(payload.subarray(payloadStart, payloadEnd))
    picture.sizeBytes += payloadEnd - payloadStart
    if (picture.sizeBytes > MAX_PICTURE_BYTES) picture.isCut = true
  }

  /** Of a cut picture the last NAL unit that came is cut too. */
  #finishPicture(nowMs: number, nextSequenceNumber?: number): void {
    const picture = this.#picture
    this.#picture = undefined
    if (picture === undefined || this.#originTicks === undefined) return
    const pes = decodePes(withoutLength(concatBytes(picture.parts)))
    if (!pes.ok || pes.value.ptsTicks === undefined) return
    const { isDelimiter } = nalSyntaxes[this.#program?.videoCodec ?? 'h264']
    const units = splitAnnexB(pes.value.payload).filter((nal) => !isDelimiter(nal))
    const nals = picture.isCut ? units.slice(0, -1) : units
    const frames = this.#integrity.push({
      timestampTicks: pes.value.ptsTicks % 2 ** 32,
      nals,
      cutNals: picture.isCut ? units.slice(-1) : [],
      lostPackets: picture.isCut ? 1 : 0,
      firstSequenceNumber: picture.firstSequenceNumber,
      lastSequenceNumber: nextSequenceNumber ?? picture.firstSequenceNumber,
      holes: picture.isCut ? ['inside'] : [],
      complete: !picture.isCut,
    })
    const ptsTicks = ticksAfter(pes.value.ptsTicks, this.#originTicks)
    for (const frame of frames) this.#listener.onFrame(ptsTicks, frame, nowMs)
  }
}

/** A PES packet that was cut is shorter than it tells: it then tells nothing, as most of video do. */
function withoutLength(pes: Uint8Array): Uint8Array {
  pes.fill(0, 4, 6)
  return pes
}
