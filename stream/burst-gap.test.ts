import { expect, test } from 'vitest'
import { BurstGapFold } from './burst-gap.ts'

/** Packets as the figures of RFC 3611 draw them: 1 came, 0 did not. */
function ofPattern(pattern: string) {
  const fold = new BurstGapFold()
  for (const { index } of pattern.matchAll(/0/g)) fold.lose(index, 1)
  return fold.of(pattern.length)
}

const came = (packets: number) => '1'.repeat(packets)

test('BurstGapFold counts losses less than 16 packets apart as one burst', () => {
  const pattern = `${came(40)}0${came(15)}0${came(43)}` // 40 + 17 + 43
  expect(ofPattern(pattern)).toEqual({
    bursts: 1,
    burstDensity: 2 / 17,
    gapDensity: 0,
    meanBurstPackets: 17,
    meanGapPackets: 83,
  })
})

test('BurstGapFold leaves losses with 16 packets between them in the gap', () => {
  expect(ofPattern(`${came(40)}0${came(16)}0${came(42)}`)).toMatchObject({ bursts: 0, gapDensity: 0.02 })
})

test('BurstGapFold takes the mean over bursts, and adds neighbours', () => {
  const fold = new BurstGapFold()
  fold.lose(100, 3)
  fold.lose(103, 1)
  fold.lose(200, 1)
  fold.lose(301, 2)
  fold.lose(305, 1)
  expect(fold.of(1000)).toEqual({
    bursts: 2,
    burstDensity: 7 / 9,
    gapDensity: 1 / 991,
    meanBurstPackets: 4.5,
    meanGapPackets: 495.5,
  })
})

test('BurstGapFold tells nothing of a stream of which no packet was expected', () => {
  expect(new BurstGapFold().of(0)).toBeUndefined()
})

test('BurstGapFold does not join what lies before and after a seek', () => {
  const fold = new BurstGapFold()
  fold.lose(10, 1)
  fold.beginAnew()
  fold.lose(12, 1)
  expect(fold.of(100)).toMatchObject({ bursts: 0, gapDensity: 0.02 })
})
