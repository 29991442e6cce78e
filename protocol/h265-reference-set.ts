import type { BitReader } from './bit-reader.ts'

/** Which pictures are kept while one is decoded, told by their distance in output order from it: those shown before it,
 *  nearest first, then those shown after it. ITU-T H.265 section 7.4.8. */
export type ReferenceSet = { readonly before: readonly Reference[]; readonly after: readonly Reference[] }

export type Reference = {
  readonly distance: number // in picture order; negative: shown before
  readonly isUsed: boolean // by the picture itself; else only by later ones
}

const MAX_REFERENCES = 16 // sps_max_dec_pic_buffering is 16 at most, annex A.4.2

/** Reads st_ref_pic_set, section 7.3.7: the `index`-th of `setsOfSps`, or in a slice's header the one after them.
 *  `known` are those before it. undefined for what the standard does not allow. */
export function readReferenceSet(
  reader: BitReader,
  index: number,
  known: readonly ReferenceSet[],
  setsOfSps: number,
): ReferenceSet | undefined {
  const isPredicted = index > 0 && reader.flag()
  return isPredicted ? readPredicted(reader, known, index === setsOfSps) : readListed(reader)
}

function readListed(reader: BitReader): ReferenceSet | undefined {
  const beforeCount = reader.unsignedGolomb()
  const afterCount = reader.unsignedGolomb()
  if (beforeCount + afterCount > MAX_REFERENCES) return undefined
  const readSide = (count: number, sign: 1 | -1): Reference[] => {
    let distance = 0
    return Array.from({ length: count }, () => {
      distance += sign * (1 + reader.unsignedGolomb())
      return { distance, isUsed: reader.flag() }
    })
  }
  const before = readSide(beforeCount, -1)
  return { before, after: readSide(afterCount, 1) }
}

/** From another set, all of whose pictures, and the one that it is of, are so much further away; formulas 7-61 and 7-62. */
function readPredicted(
  reader: BitReader,
  known: readonly ReferenceSet[],
  isOfSlice: boolean,
): ReferenceSet | undefined {
  const back = isOfSlice ? 1 + reader.unsignedGolomb() : 1
  const isNegative = reader.flag()
  const shift = (1 + reader.unsignedGolomb()) * (isNegative ? -1 : 1)
  const from = known[known.length - back]
  if (from === undefined) return undefined
  const distances = [...[...from.before, ...from.after].map(({ distance }) => distance), 0] // 0: the picture of that set
  const moved = distances.flatMap((distance) => {
    const isUsed = reader.flag()
    const isKept = isUsed || reader.flag() // use_delta_flag
    return isKept ? [{ distance: distance + shift, isUsed }] : []
  })
  if (moved.length > MAX_REFERENCES) return undefined
  return {
    before: moved.filter(({ distance }) => distance < 0).sort((a, b) => b.distance - a.distance),
    after: moved.filter(({ distance }) => distance > 0).sort((a, b) => a.distance - b.distance),
  }
}
