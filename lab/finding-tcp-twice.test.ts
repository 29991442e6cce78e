import { describe, expect, test } from 'vitest'
import { achievableOf, hlsOutcome, neededStartupSeconds, type TriedLine } from './finding-tcp-twice.ts'

const line: TriedLine = {
  congestionControl: 'reno',
  roundTripMs: 300,
  loss: { kind: 'random', lossRatio: 0.02 },
  seconds: 400,
  seeds: 3,
}

describe('TCP that achieves twice the rate of the medium (Wang, Kurose, Shenoy, Towsley 2008)', () => {
  const achievable = achievableOf(line)
  const needed = (kind: 'live' | 'stored', ratio: number): number => neededStartupSeconds(line, kind, achievable, ratio)

  test('live, a few seconds of startup delay suffice; at 1.1 times the rate it takes seven times as long', () => {
    expect(achievable / 1000).toBeCloseTo(327.5, 1)
    expect(needed('live', 2)).toBeCloseTo(1.703, 3)
    expect(needed('live', 1.1)).toBeCloseTo(12.926, 3)
  })

  test('stored, what is sent ahead spares most of the wait', () => {
    expect(needed('stored', 2)).toBeLessThan(1)
    expect(needed('stored', 2)).toBeLessThan(needed('live', 2))
  })
})

test('an HLS viewer stalls where TCP achieves little more than the rate, and not at twice the rate', () => {
  const fast: TriedLine = { ...line, roundTripMs: 100, loss: { kind: 'random', lossRatio: 0.02 } }
  const achievable = achievableOf({ ...fast, seconds: 100 })
  const [close, twice] = [1, 2].map((ratio) => hlsOutcome(fast, achievable, ratio, 3))
  expect(close?.runsWithStalls).toBe(3)
  expect(twice).toMatchObject({ runsWithStalls: 0, stallRatio: 0 })
})
