import type { AacConfig } from './aac.ts'
import { concatBytes } from './bytes.ts'
import { decoded, unsupported, type Decoded, type WireFault } from './decoded.ts'
import { AdtsStream } from './mpeg-ts-audio.ts'
import { ticksAfter } from './mpeg-ts-clock.ts'
import { decodeTsPacket, TS_PACKET_BYTES, type TsPacket } from './mpeg-ts-packet.ts'
import { findProgram, type TsProgram } from './mpeg-ts-program.ts'
import { VideoStream } from './mpeg-ts-video.ts'
import { nalSyntaxes } from './nal-syntax.ts'
import { decodePes } from './pes.ts'

/** A picture or a piece of sound as it comes; times are 90 kHz ticks that no longer wrap. */
export type TsUnit =
  | {
      readonly kind: 'picture'
      readonly ptsTicks: number
      readonly dtsTicks: number
      readonly nals: readonly Uint8Array[]
    }
  | { readonly kind: 'sound'; readonly ptsTicks: number; readonly data: Uint8Array }

export type TsStreamOptions = {
  /** Each PES packet of pictures holds one whole access unit and tells its length: a picture is given when its last byte has
   *  come, not when the next one begins. */
  readonly hasWholePictures: boolean
}

const MAX_BEFORE_PROGRAM_BYTES = 1_000_000
const MAX_PES_BYTES = 16_000_000
const SYNC_BYTE = 0x47

/** An MPEG-2 transport stream of H.264 and AAC that comes bit by bit, ISO/IEC 13818-1: units as they are whole. */
export class MpegTsStream {
  readonly #faults: WireFault[] = []
  readonly #video = new VideoStream(nalSyntaxes.h264, this.#faults)
  readonly #audio = new AdtsStream(this.#faults)
  readonly #videoPes: PesAssembler
  readonly #audioPes: PesAssembler
  #rest = new Uint8Array(0) // of a packet that is not whole, or all before the program is known
  #program: TsProgram | undefined
  #newestTicks: number | undefined
  faults = 0

  constructor({ hasWholePictures }: TsStreamOptions) {
    this.#videoPes = new PesAssembler((pes, isWhole) => {
      this.#video.push(pes)
      if (isWhole && hasWholePictures) this.#video.end()
    })
    this.#audioPes = new PesAssembler((pes) => this.#audio.push(pes))
  }

  /** undefined until the program is known. */
  get program(): TsProgram | undefined {
    return this.#program
  }

  /** Of the first sound; undefined before. */
  get audio(): AacConfig | undefined {
    return this.#audio.firstHeader
  }

  /** What is whole now. Faults: unsupported, where no program of H.264 comes. */
  push(bytes: Uint8Array): Decoded<readonly TsUnit[]> {
    let all = this.#rest.length === 0 ? bytes : concatBytes([this.#rest, bytes])
    if (this.#program === undefined) {
      const found = findProgram(alignedAt(all))
      if (!found.ok && all.length > MAX_BEFORE_PROGRAM_BYTES) return found
      if (!found.ok) {
        this.#rest = all.slice()
        return decoded([])
      }
      if (found.value.videoPid === undefined || found.value.videoCodec === 'h265') {
        return unsupported('a transport stream without H.264')
      }
      this.#program = found.value
    }
    let at = 0
    while (at + TS_PACKET_BYTES <= all.length) {
      if (all[at] !== SYNC_BYTE) {
        const next = nextSync(all, at + 1)
        this.faults += 1
        at = next
        continue
      }
      this.#take(all, at)
      at += TS_PACKET_BYTES
    }
    all = all.subarray(Math.min(at, all.length))
    this.#rest = all.slice()
    return decoded(this.#units())
  }

  /** Nothing more comes. */
  end(): readonly TsUnit[] {
    this.#videoPes.end()
    this.#audioPes.end()
    this.#video.end()
    return this.#units()
  }

  #take(bytes: Uint8Array, at: number): void {
    const packet = decodeTsPacket(bytes, at)
    if (!packet.ok) {
      this.faults += 1
      return
    }
    const { pid } = packet.value
    if (pid === this.#program?.videoPid) this.#videoPes.push(bytes, packet.value)
    else if (pid === this.#program?.audioPid) this.#audioPes.push(bytes, packet.value)
  }

  #units(): TsUnit[] {
    this.faults += this.#faults.splice(0).length
    const pictures = this.#video.units.splice(0).map(({ ptsTicks, dtsTicks, nals }): TsUnit => {
      const decodeTicks = this.#unwrapped(dtsTicks)
      return { kind: 'picture', ptsTicks: decodeTicks + ticksAfter(ptsTicks, dtsTicks), dtsTicks: decodeTicks, nals }
    })
    const sounds = this.#audio.units.splice(0).map(({ ptsTicks, data }): TsUnit => {
      return { kind: 'sound', ptsTicks: this.#unwrapped(ptsTicks), data }
    })
    return [...pictures, ...sounds]
  }

  /** The nearest moment to the one before that has these 33 bits. */
  #unwrapped(ticks: number): number {
    this.#newestTicks =
      this.#newestTicks === undefined ? ticks : this.#newestTicks + ticksAfter(ticks, this.#newestTicks)
    return this.#newestTicks
  }
}

type Pes = Parameters<VideoStream['push']>[0]

/** The PES packets of one PID, each as soon as it is whole: by the length that it tells, or when the next one begins. One with a hole
 *  is left out. */
class PesAssembler {
  readonly #deliver: (pes: Pes, isWhole: boolean) => void
  #parts: Uint8Array[] = []
  #sizeBytes = 0
  #statedBytes = 0 // 0: not told
  #isOpen = false
  #followsHole = true
  #lastCounter: number | undefined

  constructor(deliver: (pes: Pes, isWhole: boolean) => void) {
    this.#deliver = deliver
  }

  push(bytes: Uint8Array, { payloadStart, payloadEnd, unitStart, continuityCounter, discontinuity }: TsPacket): void {
    if (payloadStart === payloadEnd) return
    if (continuityCounter === this.#lastCounter && !discontinuity) return // sent twice, section 2.4.3.3
    const follows = this.#lastCounter === undefined || continuityCounter === ((this.#lastCounter + 1) & 0x0f)
    this.#lastCounter = continuityCounter
    if (!follows && !discontinuity) this.#drop()
    const payload = bytes.slice(payloadStart, payloadEnd)
    if (unitStart) {
      this.end()
      this.#isOpen = true
      const told = payload.length >= 6 ? ((payload[4] as number) << 8) | (payload[5] as number) : 0
      this.#statedBytes = told === 0 ? 0 : 6 + told
    }
    if (!this.#isOpen) return
    this.#parts.push(payload)
    this.#sizeBytes += payload.length
    if (this.#sizeBytes > MAX_PES_BYTES) this.#drop()
    else if (this.#statedBytes > 0 && this.#sizeBytes >= this.#statedBytes) this.#finish(true)
  }

  end(): void {
    if (this.#isOpen) this.#finish(false)
  }

  #finish(isWhole: boolean): void {
    const pes = decodePes(concatBytes(this.#parts))
    const followsHole = this.#followsHole
    this.#reset(!pes.ok)
    if (pes.ok) this.#deliver({ ...pes.value, atByte: 0, followsHole }, isWhole)
  }

  #drop(): void {
    this.#reset(true)
  }

  #reset(isHole: boolean): void {
    this.#parts = []
    this.#sizeBytes = 0
    this.#isOpen = false
    this.#followsHole = isHole
  }
}

/** From the first byte on at which packets stand: two sync bytes a packet apart. */
function alignedAt(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes[0] === SYNC_BYTE ? 0 : nextSync(bytes, 0))
}

function nextSync(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(SYNC_BYTE, from)
  while (at >= 0 && at + TS_PACKET_BYTES < bytes.length && bytes[at + TS_PACKET_BYTES] !== SYNC_BYTE) {
    at = bytes.indexOf(SYNC_BYTE, at + 1)
  }
  return at < 0 ? bytes.length : at
}
