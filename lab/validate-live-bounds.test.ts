import { expect, test } from 'vitest'
import { judgeLive, type PlayedSide } from './validate-live-bounds.ts'
import { liveCellLines, liveConclusion } from './validate-live-text.ts'

const sums = { segments: 5, bytes: 2_500_000, ms: 10_000 } // 2 Mbit/s, 2 s a segment

function hls(startupMs: number | undefined, stallMs: number, ms = sums.ms): PlayedSide {
  const measures = startupMs === undefined ? { stallMs } : { startupMs, stallMs }
  return { name: 'hls', side: 'hls', measures, hasEnded: true, transfers: { ...sums, ms } }
}

const udp = (startupMs: number, lostPackets: number, linkLostPackets = lostPackets): PlayedSide => ({
  name: 'udp',
  side: 'udp',
  measures: { startupMs, lostPackets, linkLostPackets },
  hasEnded: true,
  transfers: { segments: 0, bytes: 0, ms: 0 },
})

const kept = (checks: ReturnType<typeof judgeLive>) => checks.map(({ what, holds }) => `${what} ${holds}`)

test('judgeLive lets startup be off by 10 % or 100 ms, and stalls by 10 % or half a second', () => {
  expect(kept(judgeLive(hls(400, 3000), hls(500, 3500), 'weir'))).toEqual([
    'startup true',
    'stalled true',
    'throughput true',
  ])
  expect(kept(judgeLive(hls(400, 3000), hls(501, 3501), 'weir')).slice(0, 2)).toEqual([
    'startup false',
    'stalled false',
  ])
  expect(kept(judgeLive(hls(5000, 20_000), hls(5500, 22_000), 'weir')).slice(0, 2)).toEqual([
    'startup true',
    'stalled true',
  ])
  expect(kept(judgeLive(hls(5000, 20_000), hls(5501, 22_001), 'weir')).slice(0, 2)).toEqual([
    'startup false',
    'stalled false',
  ])
})

test('judgeLive lets throughput be off by 5 %, or as much as 20 ms a segment make', () => {
  const of = (virtualMs: number, liveMs: number) =>
    kept(judgeLive(hls(1, 0, virtualMs), hls(1, 0, liveMs), 'weir')).at(-1)
  expect(of(10_000, 10_500)).toBe('throughput true')
  expect(of(10_000, 10_600)).toBe('throughput false')
  expect(of(500, 590)).toBe('throughput true') // 100 ms a segment, and 18 more
  expect(of(500, 610)).toBe('throughput false')
})

test('judgeLive takes a virtual segment that took no time as one of 50 ms at most', () => {
  const of = (liveMs: number) => kept(judgeLive(hls(1, 0, 0), hls(1, 0, liveMs), 'weir')).at(-1)
  expect([of(250), of(251)]).toEqual(['segment true', 'segment false'])
})

test('judgeLive wants of UDP the very numbers of lost and missed packets, of whom came to the end', () => {
  expect(kept(judgeLive(udp(300, 12), udp(310, 12), 'weir'))).toEqual(['startup true', 'lost true', 'missed true'])
  expect(kept(judgeLive(udp(300, 12), udp(310, 13, 12), 'weir'))).toEqual(['startup true', 'lost true', 'missed false'])
  const cut = { ...udp(310, 13, 17), hasEnded: false }
  expect(kept(judgeLive(udp(300, 12), cut, 'weir'))).toEqual(['startup true'])
  expect(kept(judgeLive(cut, udp(300, 12), 'weir'))).toEqual(['startup true'])
})

test('judgeLive judges of a browser the stalls alone, by 20 % or a second', () => {
  expect(kept(judgeLive(hls(400, 3000), hls(900, 4000), 'hls.js'))).toEqual(['stalled true'])
  expect(kept(judgeLive(hls(400, 3000), hls(400, 4001), 'hls.js'))).toEqual(['stalled false'])
  expect(kept(judgeLive(hls(400, 10_000), hls(400, 12_000), 'hls.js'))).toEqual(['stalled true'])
})

test('judgeLive takes what neither of the two has come to as equal', () => {
  expect(kept(judgeLive(hls(undefined, 0), hls(undefined, 0), 'weir'))[0]).toBe('startup true')
  expect(kept(judgeLive(hls(undefined, 0), hls(100, 0), 'weir'))[0]).toBe('startup false')
})

test('the table names what is out of bounds, and what does not count', () => {
  const checks = judgeLive(hls(400, 3000), hls(501, 3000), 'weir')
  const cell = { axes: {}, network: 'slow', seed: 1, checks }
  const restless = { ...cell, seed: 2, restless: 'the machine is busy' }
  expect(liveCellLines(restless).split('\n')).toEqual([
    'slow, seed 2                 hls      startup           400 ms       501 ms      +101 ms     100 ms OUT OF BOUNDS',
    'slow, seed 2                 hls      stalled          3000 ms      3000 ms        +0 ms     500 ms',
    'slow, seed 2                 hls      throughput   2.00 Mbit/s  2.00 Mbit/s +0.00 Mbit/s 0.10 Mbit/s',
    'slow, seed 2 does not count: the machine is busy',
  ])
  const told = liveConclusion({ cells: [cell, restless], restlessCells: 1, holds: false })
  expect(told).toContain('1 of 2 runs do not count')
  expect(told).toContain('2 of 3 figures are within them: NOT MET.')
})
