import { expect, test } from 'vitest'
import { compare } from '../simulation/comparison.ts'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { DisplayedSlots, type DisplayedSlot } from './displayed-slots.ts'
import type { ViewerEvent } from './record.ts'

const INTERVAL_MS = 40
const shown = (frame: number, atMs: number): ViewerEvent => ({
  kind: 'frame-shown',
  atMs,
  state: 'intact',
  ptsTicks: frame * 3600,
})
const played = (frames: readonly number[], firstMs: number): ViewerEvent[] =>
  frames.map((frame, index) => shown(frame, firstMs + index * INTERVAL_MS))

function slotsOf(events: readonly ViewerEvent[], mostSlots = 1000): readonly DisplayedSlot[] {
  const fold = new DisplayedSlots({ frameIntervalMs: INTERVAL_MS, mostSlots })
  for (const event of events) fold.add(event)
  return fold.finish()
}
const pairs = (slots: readonly DisplayedSlot[]) => slots.map(({ shownFrame, dueFrame }) => [shownFrame, dueFrame])
const asDue = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => [from + index, from + index])
const variant: ViewerEvent = { kind: 'variant-shown', atMs: 120, variant: '720p', bitsPerSecond: 1 }

test('DisplayedSlots has a slot for each frame, also where pictures come up to half a frame early or late', () => {
  const early = [shown(0, 1000), shown(1, 1059), shown(2, 1062), shown(3, 1120), shown(4, 1160)]
  const slots = slotsOf([{ kind: 'play-asked', atMs: 0 }, ...early, variant, { kind: 'ended', atMs: 1200 }])
  expect(pairs(slots)).toEqual(asDue(0, 5))
  expect(slots[0]).toEqual({ wish: 0, variant: '720p', start: -1, shownFrame: 0, dueFrame: 0 })
})

test('DisplayedSlots repeats the picture of a freeze, and after it shows what is due', () => {
  const events = [
    shown(0, 1000),
    shown(1, 1040),
    shown(5, 1200),
    shown(6, 1240),
    { kind: 'ended', atMs: 1280 } as const,
  ]
  expect(pairs(slotsOf(events))).toEqual([
    [0, 0],
    [1, 1],
    [1, 2],
    [1, 3],
    [1, 4],
    [5, 5],
    [6, 6],
  ])
})

test('DisplayedSlots finds the shorter part of a run out of place when a stall has put it off', () => {
  const stalled = [...played([0, 1], 1000), ...played([2, 3, 4], 1160), { kind: 'ended', atMs: 1280 } as const]
  expect(pairs(slotsOf(stalled))).toEqual([
    [0, 0], // nothing is due before the first frame: it stands for all that
    [1, 0],
    [1, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ])
})

test('DisplayedSlots leaves pauses out, and begins anew with each wish to play', () => {
  const events: ViewerEvent[] = [
    { kind: 'play-asked', atMs: 0 },
    ...played([0, 1], 500),
    { kind: 'paused', atMs: 580 },
    { kind: 'resumed', atMs: 9000 },
    ...played([2, 3], 9000),
    { kind: 'play-asked', atMs: 9080 },
    ...played([70, 71], 12_000),
    { kind: 'playhead', atMs: 12_080, positionSeconds: 3 },
  ]
  const slots = slotsOf(events)
  expect(pairs(slots)).toEqual([...asDue(0, 4), ...asDue(70, 72)])
  expect(slots.map(({ wish }) => wish)).toEqual([0, 0, 0, 0, 1, 1])
})

test('DisplayedSlots places pictures of which only the last is told where, unless that does not fit', () => {
  const untold: ViewerEvent = { kind: 'frame-shown', atMs: 1160, state: 'intact' }
  const end: ViewerEvent = { kind: 'ended', atMs: 1200 }
  expect(pairs(slotsOf([...played([0, 1], 1000), untold, untold, shown(4, 1160), end]))).toEqual(asDue(0, 5))
  expect(pairs(slotsOf([...played([0, 1], 1000), untold, shown(4, 1160), end]))[2]).toEqual([1, 2])
})

test('DisplayedSlots tells of which start of RTP a picture is, and ends at its limit', () => {
  const started: ViewerEvent = {
    kind: 'rtp-started',
    atMs: 0,
    track: 'video',
    variant: '360p',
    ssrc: 1,
    firstSequenceNumber: 0,
    startSeconds: 0,
  }
  const events = [
    started,
    ...played([0, 1, 2], 100),
    started,
    ...played([3, 4], 220),
    { kind: 'ended', atMs: 300 } as const,
  ]
  expect(slotsOf(events).map((slot) => [slot.variant, slot.start])).toEqual(
    [0, 0, 0, 1, 1].map((start) => ['360p', start]),
  )
  const fold = new DisplayedSlots({ frameIntervalMs: INTERVAL_MS, mostSlots: 3 })
  for (const event of events) fold.add(event)
  expect([fold.finish().length, fold.isCut]).toEqual([3, true])
})

test('DisplayedSlots of both sides in virtual time are as due but for what a lossy line froze', () => {
  const outline = testOutline({ seconds: 8, videoBitsPerSecond: 1_000_000, framesPerSecond: 25 })
  const folds = { hls: new DisplayedSlots(OPTIONS), rtp: new DisplayedSlots(OPTIONS) }
  let frozenFrames = 0
  compare({
    outline,
    profile: { seed: 7, downlink: { oneWayDelayMs: 30, loss: { kind: 'random', lossRatio: 0.02 } } },
    tell: (side, event) => {
      if (event.kind === 'frame-frozen') frozenFrames += 1
      if (!('lane' in event) && event.kind !== 'clock' && event.kind !== 'events-left-out') folds[side].add(event)
    },
  })
  const outOfPlace = (slots: readonly DisplayedSlot[]) =>
    slots.filter((slot) => slot.shownFrame !== slot.dueFrame).length
  const slots = { hls: folds.hls.finish(), rtp: folds.rtp.finish() }
  expect([slots.hls.length, outOfPlace(slots.hls)]).toEqual([200, 0])
  expect([slots.rtp.length, outOfPlace(slots.rtp)]).toEqual([200, frozenFrames])
  expect(frozenFrames).toBe(11)
})

const OPTIONS = { frameIntervalMs: INTERVAL_MS, mostSlots: 1000 }
