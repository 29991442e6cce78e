import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import { splitAnnexB } from '../protocol/h264.ts'
import { NalReader } from './nal-reader.ts'

function read(pieces: readonly Uint8Array[], maxUnitBytes = 1000): Uint8Array[] {
  const nals: Uint8Array[] = []
  const reader = new NalReader(maxUnitBytes, (nal) => nals.push(nal.slice()))
  for (const piece of pieces) reader.push(piece)
  reader.end()
  return nals.map((nal) => nal.subarray(0, nal.findLastIndex((byte) => byte !== 0) + 1)).filter((nal) => nal.length > 0)
}

test('NalReader finds the same units in pieces as splitAnnexB in the whole', () => {
  const bytes = fc.uint8Array({ max: 3, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 6 }), (pieces) => {
      expect(read(pieces)).toEqual(splitAnnexB(Uint8Array.from(pieces.flatMap((piece) => [...piece]))))
    }),
    { seed: 265, numRuns: fuzzRuns(1000) },
  )
})

test('NalReader keeps no unit beyond its limit, and reads no further', () => {
  const long = Uint8Array.of(0, 0, 1, 9, 0, 0, 1, ...Array<number>(1001).fill(7))
  expect(read([long, Uint8Array.of(0, 0, 1, 5)])).toEqual([Uint8Array.of(9)])
})
