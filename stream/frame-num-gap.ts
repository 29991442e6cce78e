import { readSliceHeader } from '../protocol/h264-slice.ts'
import { readSps, type SpsFacts } from '../protocol/h264-sps.ts'
import { isSlice, nalReferenceIdc, nalType, nalTypes } from '../protocol/h264.ts'

/** Tells a lost reference frame by the numbers of those that came: frame_num is one more than the last reference
 *  frame's, and 0 in an IDR; ISO/IEC 14496-10 section 7.4.3. For streams without an outline: a lost IDR cannot be told
 *  from another reference frame, nor a multiple of 2^log2MaxFrameNum of them (16 at least) from none. */
export class FrameNumGap {
  readonly highestTemporalId = 0 // H.264 has no sub-layers here
  #sps: SpsFacts | undefined
  #lastReference: number | undefined // frame_num

  remember(parameterSet: Uint8Array): void {
    const sps = readSps(parameterSet)
    if (sps.ok) this.#sps = sps.value
  }

  /** Whether a reference frame is missing between the units given before and this one; false when nothing tells. */
  misses(nals: readonly Uint8Array[]): boolean {
    const slice = nals.find(isSlice)
    if (slice === undefined || this.#sps === undefined) return false
    const header = readSliceHeader(slice, this.#sps)
    if (!header.ok) return false
    const { frameNum } = header.value
    const frameNums = 1 << this.#sps.log2MaxFrameNum
    const isIdr = nalType(slice) === nalTypes.idrSlice
    const misses = !isIdr && this.#lastReference !== undefined && frameNum !== (this.#lastReference + 1) % frameNums
    this.#lastReference = nalReferenceIdc(slice) > 0 ? frameNum : (frameNum + frameNums - 1) % frameNums
    return misses
  }
}
