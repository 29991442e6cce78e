import { isIrap, isSubLayerNonReference, nalType, nalTypes, temporalId } from '../protocol/h265.ts'
import type { Reference } from '../protocol/h265-reference-set.ts'
import {
  isFirstSlice,
  isIdr,
  readH265Pps,
  readH265SliceHeader,
  type H265PpsFacts,
  type H265SliceHeader,
} from '../protocol/h265-slice.ts'
import { readH265Sps, type H265SpsFacts } from '../protocol/h265-sps.ts'

/** Tells a lost reference picture of HEVC by those that came: each names the pictures that it leans on, by their place in
 *  output order, ITU-T H.265 sections 8.3.1 and 8.3.2. For streams without an outline. Long-term references, which name
 *  pictures in another way, are not followed. */
export class PictureReferences {
  readonly #pictureSets = new Map<number, H265PpsFacts>()
  #sps: H265SpsFacts | undefined
  #lastOrder: number | undefined // of the last picture of sub-layer 0 that others lean on; undefined before the first
  #held: ReadonlySet<number> = new Set() // picture orders that a decoder keeps

  /** 0 until an SPS has come. */
  get highestTemporalId(): number {
    return this.#sps?.highestTemporalId ?? 0
  }

  remember(parameterSet: Uint8Array): void {
    if (nalType(parameterSet) === nalTypes.sps) {
      const sps = readH265Sps(parameterSet)
      if (sps.ok) this.#sps = sps.value
    } else if (nalType(parameterSet) === nalTypes.pps) {
      const pps = readH265Pps(parameterSet)
      if (pps.ok) this.#pictureSets.set(pps.value.id, pps.value)
    }
  }

  /** Whether a picture that this one leans on has not come; false when nothing tells. */
  misses(nals: readonly Uint8Array[]): boolean {
    const slice = nals.find(isFirstSlice)
    if (slice === undefined || this.#sps === undefined) return false
    const header = readH265SliceHeader(slice, this.#sps, this.#pictureSets)
    if (!header.ok) return false
    const isStart =
      isIdr(slice) || (isIrap(nals) && (this.#lastOrder === undefined || nalType(slice) < nalTypes.idrWithLeading))
    if (!isStart && this.#lastOrder === undefined) return false
    const order = this.#orderOf(header.value, this.#sps, isStart)
    const { before, after } = header.value.references
    const references: readonly Reference[] = [...before, ...after]
    const misses =
      !isIrap(nals) && references.some(({ distance, isUsed }) => isUsed && !this.#held.has(order + distance))
    const kept = isStart ? [] : references.map(({ distance }) => order + distance).filter((at) => this.#held.has(at))
    this.#held = new Set([...kept, order])
    if (isLeaned(slice)) this.#lastOrder = order
    return misses
  }

  /** The picture's place in output order: its low bits, near the last one's. */
  #orderOf({ pictureOrder }: H265SliceHeader, { log2MaxPictureOrder }: H265SpsFacts, isStart: boolean): number {
    if (isStart || this.#lastOrder === undefined) return pictureOrder
    const period = 1 << log2MaxPictureOrder
    const ahead = (((pictureOrder - this.#lastOrder) % period) + period) % period
    return this.#lastOrder + (ahead >= period / 2 ? ahead - period : ahead)
  }
}

/** prevTid0Pic of section 8.3.1: leading pictures and those that nothing leans on do not count. */
function isLeaned(slice: Uint8Array): boolean {
  const isLeading = nalType(slice) >= FIRST_RADL && nalType(slice) <= nalTypes.raslR
  return temporalId(slice) === 0 && !isLeading && !isSubLayerNonReference(slice)
}
const FIRST_RADL = 6
