import { decodeAdts, type AdtsHeader } from './aac.ts'
import { concatBytes } from './bytes.ts'
import type { WireFault } from './decoded.ts'
import { TICKS_PER_SECOND, wrapTicks } from './mpeg-ts-clock.ts'
import type { CollectedPes } from './pes.ts'

/** One raw AAC access unit, its ADTS header removed. */
export type AudioAccessUnit = { readonly ptsTicks: number; readonly data: Uint8Array }

const EMPTY = new Uint8Array(0)

/** Takes ADTS frames out of PES payloads. A PTS counts for the first frame that begins in its PES packet
 *  (ISO/IEC 13818-1 section 2.4.3.7); each further one is a frame's duration later; one may end in the next packet. */
export class AdtsStream {
  readonly units: AudioAccessUnit[] = []
  firstHeader: AdtsHeader | undefined
  readonly #faults: WireFault[]
  #rest: Uint8Array = EMPTY // a frame begun, not ended
  #restTicks: number | undefined // its PTS, where its PES packet told one for it
  #anchorTicks: number | undefined
  #secondsAfterAnchor = 0

  constructor(faults: WireFault[]) {
    this.#faults = faults
  }

  push(pes: Pick<CollectedPes, 'payload' | 'ptsTicks' | 'followsHole'>): void {
    const rest = pes.followsHole ? EMPTY : this.#rest
    const restBytes = rest.length
    const bytes = restBytes === 0 ? pes.payload : concatBytes([rest, pes.payload])
    let toldTicks = pes.ptsTicks
    let at = 0
    while (at < bytes.length) {
      const header = decodeAdts(bytes.subarray(at))
      if (!header.ok && header.fault.code !== 'too-short') {
        this.#faults.push(header.fault)
        at = nextSync(bytes, at + 1)
        continue
      }
      const beginsInRest = at < restBytes
      const frameTicks = beginsInRest ? this.#restTicks : toldTicks
      if (!beginsInRest) toldTicks = undefined
      if (!header.ok || at + header.value.frameBytes > bytes.length) {
        this.#restTicks = frameTicks
        break
      }
      this.#take(bytes.subarray(at + header.value.headerBytes, at + header.value.frameBytes), header.value, frameTicks)
      at += header.value.frameBytes
    }
    this.#rest = bytes.subarray(at)
  }

  /** Tells of a frame that the stream's end has cut. */
  end(): void {
    if (this.#rest.length === 0) return
    const header = decodeAdts(this.#rest)
    const fault = header.ok
      ? ({ code: 'bad-length', statedBytes: header.value.frameBytes, gotBytes: this.#rest.length } as const)
      : header.fault
    this.#faults.push(fault)
  }

  #take(data: Uint8Array, header: AdtsHeader, toldTicks: number | undefined): void {
    if (toldTicks !== undefined) {
      this.#anchorTicks = toldTicks
      this.#secondsAfterAnchor = 0
    }
    if (this.#anchorTicks === undefined) return // before the first PTS nothing can be placed
    this.firstHeader ??= header
    const ptsTicks = wrapTicks(this.#anchorTicks + Math.round(this.#secondsAfterAnchor * TICKS_PER_SECOND))
    this.units.push({ ptsTicks, data })
    this.#secondsAfterAnchor += header.samplesPerFrame / header.sampleRateHz
  }
}

/** Where the next ADTS syncword may begin, or the length. */
function nextSync(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from)
  while (at >= 0 && at + 1 < bytes.length && ((bytes[at + 1] as number) & 0xf6) !== 0xf0)
    at = bytes.indexOf(0xff, at + 1)
  return at < 0 ? bytes.length : at
}
