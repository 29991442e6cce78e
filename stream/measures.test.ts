import { expect, test } from 'vitest'
import { MeasuresFold } from './measures.ts'
import type { RunEvent } from './record.ts'

const FRAME_MS = 40

function fold(events: readonly RunEvent[]): MeasuresFold {
  const measures = new MeasuresFold(FRAME_MS)
  events.forEach((event) => measures.add(event))
  return measures
}

const shown = (...times: number[]): RunEvent[] => times.map((atMs) => ({ kind: 'frame-shown', atMs, state: 'intact' }))
const playhead = (...places: [atMs: number, positionSeconds: number][]): RunEvent[] =>
  places.map(([atMs, positionSeconds]) => ({ kind: 'playhead', atMs, positionSeconds }))

test('startup is from the wish to play to the first frame; a seek does not change it', () => {
  const measures = fold([
    { kind: 'play-asked', atMs: 1000 },
    ...shown(1350),
    { kind: 'play-asked', atMs: 1400 },
    ...shown(9000),
  ])
  expect(measures.at(9000)).toMatchObject({ startupMs: 350, freezeCount: 0, freezeMs: 0 })
})

test('startupMs is absent before the first frame', () => {
  expect(fold([{ kind: 'play-asked', atMs: 0 }]).at(500).startupMs).toBeUndefined()
})

test('a playhead that stands still for more than 100 ms is a stall, and lasts until it moves', () => {
  const measures = fold([{ kind: 'play-asked', atMs: 0 }, ...shown(100), ...playhead([100, 0], [200, 0.1], [700, 0.1])])
  expect(measures.at(700)).toMatchObject({ stallCount: 1, stallMs: 500 })
  playhead([750, 0.15], [850, 0.25]).forEach((event) => measures.add(event))
  expect(measures.at(900)).toMatchObject({ stallCount: 1, stallMs: 550 })
})

test('a playhead that has not moved 100 ms after the first picture is a stall: the startup ended with the picture', () => {
  const measures = fold([
    { kind: 'play-asked', atMs: 0 },
    ...playhead([60, 0]),
    ...shown(100),
    ...playhead([140, 0], [180, 0], [220, 0.01]),
  ])
  expect(measures.at(220)).toMatchObject({ startupMs: 100, stallCount: 1, stallMs: 120, watchedMs: 120 })
})

test('a playhead that stands still for 100 ms is no stall', () => {
  const measures = fold([...shown(0), ...playhead([0, 0], [100, 0], [100, 0.1])])
  expect(measures.at(200)).toMatchObject({ stallCount: 0, stallMs: 0 })
})

test('a gap of more than 150 ms between frames is a freeze of that length less one frame interval', () => {
  expect(fold(shown(0, 40, 190)).at(190)).toMatchObject({ freezeCount: 0, freezeMs: 0 })
  expect(fold(shown(0, 40, 191)).at(191)).toMatchObject({ freezeCount: 1, freezeMs: 111 })
  expect(fold(shown(0, 40)).at(240)).toMatchObject({ freezeCount: 1, freezeMs: 160 })
})

test('a freeze of a slow video is longer than three frame intervals', () => {
  const measures = new MeasuresFold(100)
  shown(0, 300, 601).forEach((event) => measures.add(event))
  expect(measures.at(601)).toMatchObject({ freezeCount: 1, freezeMs: 201 })
})

test('neither stall nor freeze counts while paused or after the end', () => {
  const measures = fold([
    ...shown(0),
    { kind: 'paused', atMs: 40 },
    { kind: 'resumed', atMs: 5000 },
    ...shown(5040),
    ...playhead([5040, 0.04]),
    { kind: 'ended', atMs: 5080 },
  ])
  expect(measures.at(9000)).toMatchObject({ stallCount: 0, freezeCount: 0 })
})

test('the longest stall is told, the open one counted in; watching lasts from the first frame on, without pauses', () => {
  const measures = fold([{ kind: 'play-asked', atMs: 0 }, ...shown(100), ...playhead([100, 0], [400, 0.1], [550, 0.2])])
  expect(measures.at(550)).toMatchObject({ stallCount: 2, stallMs: 450, longestStallMs: 300, watchedMs: 450 })
  expect(measures.at(1050)).toMatchObject({ stallCount: 3, stallMs: 950, longestStallMs: 500, watchedMs: 950 })
  measures.add({ kind: 'paused', atMs: 1050 })
  expect(measures.at(5000)).toMatchObject({ stallCount: 3, longestStallMs: 500, watchedMs: 950 })
  measures.add({ kind: 'resumed', atMs: 5000 })
  expect(measures.at(5040)).toMatchObject({ longestStallMs: 500, watchedMs: 990 })
})

test('packets that came too late are not lost ones', () => {
  const measures = fold([
    { kind: 'packets-given-up', atMs: 0, packets: 5 },
    { kind: 'packet-late', atMs: 1 },
  ])
  expect(measures.at(1)).toMatchObject({ lostPackets: 4, latePackets: 1 })
})

test('frames and bytes are counted, the bitrate over the last 5 s', () => {
  const measures = fold([
    { kind: 'media-received', atMs: 0, sizeBytes: 5000 },
    { kind: 'media-received', atMs: 4000, sizeBytes: 1250 },
    { kind: 'frame-shown', atMs: 4000, state: 'damaged' },
    { kind: 'frame-frozen', atMs: 4040 },
  ])
  expect(measures.at(4500)).toMatchObject({
    receivedPackets: 2,
    receivedBytes: 6250,
    bitrateBitsPerSecond: 10_000,
    intactFrames: 0,
    damagedFrames: 1,
    frozenFrames: 1,
  })
  expect(measures.at(6000).bitrateBitsPerSecond).toBe(2000)
})

test('the truth of the link is measured beside what the viewer saw, where it was told', () => {
  const line = { lane: 'tcp', direction: 'up' } as const
  const measures = fold([
    { ...line, kind: 'packet-accepted', atMs: 0, flow: 1, packet: 1, traffic: 'tcp', sizeBytes: 52 },
  ])
  expect(measures.at(1).link).toMatchObject([{ ...line, offeredPackets: 1, offeredBytes: 52 }])
  expect(fold([]).at(1)).not.toHaveProperty('link')
})

test('the events that a record lacks are told with its figures', () => {
  const gaps = [3, 4].map((events): RunEvent => ({ kind: 'events-left-out', atMs: events, events }))
  expect(fold(gaps).at(5).leftOutEvents).toBe(7)
  expect(fold([]).at(5)).not.toHaveProperty('leftOutEvents')
})
