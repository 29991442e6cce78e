import { concatBytes } from './bytes.ts'
import type { WireFault } from './decoded.ts'
import { nextStartCode, splitAnnexB } from './h264.ts'
import type { NalSyntax } from './nal-syntax.ts'
import type { CollectedPes } from './pes.ts'

/** One coded picture. Times are 33 bits of 90 kHz as the stream tells them: compare with `ticksAfter`. */
export type VideoAccessUnit = {
  readonly ptsTicks: number
  readonly dtsTicks: number
  readonly nals: readonly Uint8Array[] // views, without start codes, delimiters and filler
  readonly atByte: number // of its first transport packet
}

type BegunUnit = Omit<VideoAccessUnit, 'nals'> & { readonly parts: Uint8Array[] }

const START_CODE = Uint8Array.of(0, 0, 1)
const EMPTY = new Uint8Array(0)

/** Takes access units out of PES payloads; one begins in each, as in all HLS segments seen. Most muxers begin the PES
 *  packet with it, some first end the unit before: then the delimiter that ISO/IEC 13818-1 section 2.14.1 asks for
 *  tells where the new one begins. */
export class VideoStream {
  readonly units: VideoAccessUnit[] = []
  readonly #syntax: NalSyntax
  readonly #faults: WireFault[]
  #begun: BegunUnit | undefined
  #tail: Uint8Array = EMPTY // the last bytes seen: a start code may be cut
  #overlaps = false // a unit has ended in the PES packet after its own

  constructor(syntax: NalSyntax, faults: WireFault[]) {
    this.#syntax = syntax
    this.#faults = faults
  }

  push(pes: CollectedPes): void {
    if (pes.followsHole) this.#endAtHole()
    if (this.#beginsUnit(pes)) {
      this.end()
      this.#begin(pes, [pes.payload])
    } else {
      this.#pushOverlapping(pes)
    }
  }

  /** Gives out the unit begun. */
  end(): void {
    if (this.#begun === undefined) return
    const { parts, ...times } = this.#begun
    const nals = splitAnnexB(parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(parts))
    const kept = nals.filter((nal) => !this.#syntax.isPadding(nal))
    if (kept.length > 0) this.units.push({ ...times, nals: kept })
    this.#begun = undefined
  }

  #beginsUnit({ payload, ptsTicks }: CollectedPes): boolean {
    const startCodeAt = nextStartCode(payload.subarray(0, 4), 0)
    const isDelimiter = this.#isDelimiterAt(payload, startCodeAt)
    return ptsTicks !== undefined && startCodeAt <= 1 && (isDelimiter || !this.#overlaps)
  }

  #pushOverlapping(pes: CollectedPes): void {
    const { payload } = pes
    const seen = concatBytes([this.#tail, payload])
    const delimiterAt = this.#findDelimiter(seen)
    if (delimiterAt === undefined) {
      this.#begun?.parts.push(payload)
      this.#tail = seen.subarray(-START_CODE.length)
      return
    }
    const atByte = delimiterAt - this.#tail.length // negative where the start code is cut
    if (atByte !== 0) this.#overlaps = true
    this.#begun?.parts.push(payload.subarray(0, Math.max(0, atByte)))
    this.end()
    this.#begin(pes, [START_CODE, payload.subarray(atByte + START_CODE.length)])
  }

  #begin({ ptsTicks, dtsTicks = ptsTicks, atByte, payload }: CollectedPes, parts: Uint8Array[]): void {
    this.#tail = payload.subarray(-START_CODE.length)
    if (ptsTicks !== undefined && dtsTicks !== undefined) this.#begun = { ptsTicks, dtsTicks, atByte, parts }
    else this.#faults.push({ code: 'unsupported', what: 'a picture without PTS' })
  }

  /** The unit's end may be among what is lost, but only where units overlap. */
  #endAtHole(): void {
    if (this.#overlaps) this.#begun = undefined
    this.end()
    this.#tail = EMPTY
  }

  #findDelimiter(bytes: Uint8Array): number | undefined {
    let at = nextStartCode(bytes, 0)
    while (at < bytes.length && !this.#isDelimiterAt(bytes, at)) at = nextStartCode(bytes, at + START_CODE.length)
    return at < bytes.length ? at : undefined
  }

  #isDelimiterAt(bytes: Uint8Array, startCodeAt: number): boolean {
    const header = startCodeAt + START_CODE.length
    return this.#syntax.isDelimiter(bytes.subarray(header, header + 1))
  }
}
