import { expect, test } from 'vitest'
import type { FaultyFrame, LostPacket, RunMoments } from '../stream/run-moments.ts'
import { RunSeries } from '../stream/run-series.ts'
import { placeOfNext, sayStop, stopsOf, type Stop } from './chart-stops.ts'

function lost(atMs: number, side: 'hls' | 'udp' = 'udp'): LostPacket {
  const of = { lane: side === 'hls' ? 'tcp' : 'udp', direction: 'down', flow: 1, packet: atMs } as const
  const traffic = side === 'hls' ? ('tcp' as const) : ('rtp' as const)
  return { atMs, side, event: { kind: 'packet-dropped', atMs, ...of, traffic, sizeBytes: 100, cause: 'loss' } }
}

const damaged = (atMs: number): FaultyFrame => ({ atMs, side: 'udp', state: 'damaged', ptsTicks: atMs * 90 })

function run(moments: Partial<Pick<RunMoments, 'lostPackets' | 'faultyFrames'>>, stalls: readonly number[] = []) {
  const bands = stalls.map((fromMs) => ({ kind: 'stall' as const, side: 'hls' as const, fromMs, toMs: fromMs + 1500 }))
  const whole = { marks: [], lostPackets: [], faultyFrames: [], ...moments }
  return { bins: new RunSeries(40).bins, originMs: 0, leftOutEvents: 0, bands, moments: whole }
}

const said = (stops: readonly Stop[]) => stops.map((stop) => `${stop.atMs} ${sayStop(stop)}`)

test('stopsOf takes what follows closely together, a side and a kind by itself, in order of time', () => {
  const stops = stopsOf(
    run(
      {
        lostPackets: [lost(1000), lost(1010, 'hls'), lost(1240), lost(1490), lost(1741)],
        faultyFrames: [damaged(1100), damaged(1140)],
      },
      [500],
    ),
  )
  expect(said(stops)).toEqual([
    '500 HLS stalled for 1.5 s',
    '1000 UDP: 3 packets lost on the line',
    '1010 HLS: 1 packet lost on the line',
    '1100 UDP: 2 frames damaged or not shown',
    '1741 UDP: 1 packet lost on the line',
  ])
})

test('stopsOf leaves out the freezes of HLS and the stalls of UDP, which nobody sees', () => {
  const bands = [
    { kind: 'freeze' as const, side: 'hls' as const, fromMs: 0, toMs: 900 },
    { kind: 'stall' as const, side: 'udp' as const, fromMs: 0, toMs: 900 },
    { kind: 'freeze' as const, side: 'udp' as const, fromMs: 0, toMs: 900 },
  ]
  expect(said(stopsOf({ ...run({}), bands }))).toEqual(['0 UDP frozen for 0.9 s'])
})

test('placeOfNext walks from a moment or a stop, and stays at either end', () => {
  const stops = stopsOf(run({ lostPackets: [lost(0), lost(1000), lost(2000)] }))
  expect([placeOfNext(stops, -1, 1), placeOfNext(stops, 500, 1), placeOfNext(stops, 3000, 1)]).toEqual([0, 1, 2])
  expect([placeOfNext(stops, 3000, -1), placeOfNext(stops, 500, -1), placeOfNext(stops, -1, -1)]).toEqual([2, 0, 0])
  expect([placeOfNext(stops, stops[1]!, 1), placeOfNext(stops, stops[2]!, 1)]).toEqual([2, 2])
  expect([placeOfNext(stops, stops[1]!, -1), placeOfNext(stops, stops[0]!, -1)]).toEqual([0, 0])
})

test('placeOfNext knows a stall that has gone on meanwhile, and goes on by time where a stop is forgotten', () => {
  const [then] = stopsOf(run({}, [1000]))
  const bands = [{ kind: 'stall' as const, side: 'hls' as const, fromMs: 1000, toMs: 9000 }]
  const now = stopsOf({ ...run({ lostPackets: [lost(2000)] }), bands })
  expect(placeOfNext(now, then!, 1)).toBe(1)
  expect(placeOfNext(stopsOf(run({ lostPackets: [lost(500), lost(2000)] })), then!, 1)).toBe(1)
})
