import { expect, test } from 'vitest'
import type { Outline } from '../protocol/outline.ts'
import { LiveTail } from '../stream/live-tail.ts'
import { LiveFeed } from './live-feed.ts'

const outline: Outline = {
  ...{ format: 'weir-outline', version: 1, variant: 'live', originTicks: 0, segments: [], ended: false },
  video: {
    codec: 'avc1.42c01e',
    widthPixels: 320,
    heightPixels: 180,
    framesPerSecond: 30,
    spsBase64: '',
    ppsBase64: '',
  },
  audio: {
    codec: 'mp4a.40.2',
    sampleRateHz: 48_000,
    channelCount: 2,
    samplesPerFrame: 1024,
    audioSpecificConfigHex: '1190',
  },
}

function push(tail: LiveTail, index: number, sizeBytes = 100): void {
  const ticks = index * 3000
  const isKeyframe = index % 10 === 0
  const nal = new Uint8Array(sizeBytes).fill(index)
  nal[0] = isKeyframe ? 0x65 : 0x41
  tail.push({ kind: 'picture', ptsTicks: ticks, dtsTicks: ticks, isKeyframe, nals: [nal] })
  tail.push({ kind: 'sound', ptsTicks: ticks + 1000, data: Uint8Array.of(index) })
}

const options = (tail: LiveTail) => ({ outline, tail, maxRtpBytes: 1100 })

function takeAll(feed: LiveFeed): number[][] {
  const taken: number[][] = []
  for (let timed = feed.take(); timed !== undefined; timed = feed.take()) {
    taken.push([timed.packet.trackIndex, timed.mediaTicks, timed.packet.marker ? 1 : 0])
  }
  return taken
}

test('LiveFeed begins with the keyframe that comes next, not with one that has gone', async () => {
  const tail = new LiveTail()
  for (let index = 0; index < 15; index += 1) push(tail, index)
  const opening = LiveFeed.open(options(tail))
  for (let index = 15; index < 22; index += 1) push(tail, index)
  const feed = await opening
  expect(feed?.startSeconds).toBe((20 * 3000) / 90_000)
  expect(takeAll(feed as LiveFeed)).toEqual([
    [0, 60_000, 1],
    [1, Math.round((61_000 * 48_000) / 90_000), 1],
    [0, 63_000, 1],
    [1, Math.round((64_000 * 48_000) / 90_000), 1],
  ])
})

test('LiveFeed tells at once of what comes, and ends with the stream', async () => {
  const tail = new LiveTail()
  const opening = LiveFeed.open(options(tail))
  push(tail, 0)
  const feed = (await opening) as LiveFeed
  takeAll(feed)
  expect([feed.wantsSegment, feed.nextSendMs, feed.hasEnded]).toEqual([true, Infinity, false])
  let fetched = 0
  feed.prefetch(() => (fetched += 1))
  expect(feed.wantsSegment).toBe(false)
  push(tail, 1)
  expect([fetched, feed.nextSendMs]).toEqual([1, 3000 / 90])
  takeAll(feed)
  tail.end()
  expect([feed.wantsSegment, feed.hasEnded]).toEqual([true, false]) // the sound that came last
  await new Promise<void>((resolve) => feed.prefetch(resolve))
  expect(takeAll(feed).length).toBe(1)
  expect([feed.wantsSegment, feed.hasEnded]).toEqual([false, true])
})

test('LiveFeed sends a large picture over the time until the next, whole or not at all', async () => {
  const tail = new LiveTail()
  const opening = LiveFeed.open(options(tail))
  push(tail, 0, 5000)
  const feed = (await opening) as LiveFeed
  feed.take()
  expect(feed.isMidUnit).toBe(true)
  const rest = takeAll(feed).filter(([track]) => track === 0)
  expect([rest.length, rest.at(-1)?.[2]]).toEqual([4, 1])
})

test('LiveFeed goes on with a keyframe when what comes next for it is gone', async () => {
  const tail = new LiveTail({ maxUnits: 12, maxBytes: 1e9 }) // the oldest kept is no keyframe
  const opening = LiveFeed.open(options(tail))
  push(tail, 0)
  const feed = (await opening) as LiveFeed
  for (let index = 1; index < 15; index += 1) push(tail, index)
  takeAll(feed)
  for (let index = 15; index < 23; index += 1) push(tail, index)
  await new Promise<void>((resolve) => feed.prefetch(resolve))
  const pictures = takeAll(feed)
    .filter(([track]) => track === 0)
    .map(([, ticks]) => ticks)
  expect(pictures).toEqual([60_000, 63_000, 66_000])
})

test('LiveFeed gives up when the stream ends before a keyframe', async () => {
  const tail = new LiveTail()
  const opening = LiveFeed.open(options(tail))
  push(tail, 3)
  tail.end()
  expect(await opening).toBeUndefined()
})
