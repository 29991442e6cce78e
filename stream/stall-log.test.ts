import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { toldRun } from '../simulation/test-support/told-run.ts'
import type { RunEvent } from './record.ts'
import { StallLog } from './stall-log.ts'

const outline = testOutline({ seconds: 20, videoBitsPerSecond: 2_000_000 })
const line = { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 30 }
const uplink = { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30 }
const withLoss = (lossRatio: number): LinkProfile => ({
  seed: 7,
  downlink: { ...line, loss: { kind: 'random', lossRatio } },
  uplink,
})

function logOf(events: readonly RunEvent[]): StallLog {
  const log = new StallLog({ frameIntervalMs: 1000 / 30 })
  events.forEach((event) => log.add(event))
  return log
}

const play = (profile: LinkProfile) => toldRun(outline, profile, { maxBufferSeconds: 4 })
const lossy = play(withLoss(0.02))

test('StallLog explains a stall by the segment it waited for, and its download', () => {
  const story = logOf(lossy).explainNewest()
  expect(story?.waitedFor).toMatchObject({
    uri: '00004.ts',
    variant: 'made-up',
    sizeBytes: 1_106_797,
    bufferSeconds: 4,
  })
  const { askedMs = 0, firstByteMs = 0, endedMs = 0 } = story?.waitedFor ?? {}
  const waterfall = [story?.requestArrivedMs ?? 0, firstByteMs, endedMs].map((atMs) => Math.round(atMs - askedMs))
  expect(waterfall).toEqual([35, 67, 8092]) // 30 ms up and 5 ms to send, 30 ms down and 2 ms to send, the rest
  expect(endedMs).toBeCloseTo(story?.toMs ?? 0, -2) // then the playhead moved
  expect(story?.windows).toHaveLength(80)
  expect(story?.positionSeconds).toBe(16) // the segment’s start
})

test('StallLog counts what befell the download: losses on the link, repeated by TCP, packet for packet', () => {
  const story = logOf(lossy).explainNewest()
  const { askedMs = 0, endedMs = 0 } = story?.waitedFor ?? {}
  const lost = lossy.filter(
    (event) =>
      event.kind === 'packet-dropped' &&
      event.lane === 'tcp' &&
      event.direction === 'down' &&
      event.atMs >= askedMs &&
      event.atMs <= endedMs,
  )
  expect([story?.lostPackets, story?.retransmittedSegments, lost.length]).toEqual([14, 14, 14])
  expect([story?.timeouts, story?.smallestWindow]).toEqual([0, 3])
})

const reasons: readonly { readonly name: string; readonly profile: LinkProfile; readonly sentence: string }[] = [
  {
    name: 'a window too small for the round trip',
    profile: withLoss(0.02),
    sentence:
      'The window fell to 3 segments after 14 losses; 7 on average at 71 ms round trip is 1.1 Mbit/s, less than the 2.2 Mbit/s of made-up.',
  },
  {
    name: 'a line that cannot carry it',
    profile: {
      seed: 7,
      downlink: line,
      uplink,
      changes: [{ atSeconds: 6, set: { downlink: { rateBitsPerSecond: 1_000_000 } } }],
    },
    sentence: 'The line carried 1.0 Mbit/s, less than the 2.2 Mbit/s of made-up.',
  },
  {
    name: 'timers that the sender had to wait for',
    profile: withLoss(0.12),
    sentence:
      'After 117 losses the sender heard nothing and had to wait for its timer 5 times, up to 0.9 s in which nothing came, then began with a window of one segment.',
  },
]

for (const { name, profile, sentence } of reasons) {
  test(`StallLog gives the reason: ${name}`, () => {
    expect(logOf(play(profile)).explainNewest()?.reason.sentence).toBe(sentence)
  })
}

test('StallLog gives the reason: an outage of the line', () => {
  const ratesBitsPerSecond = [6_000_000, 6_000_000, 0, 6_000_000, 6_000_000, 6_000_000]
  const generator = { kind: 'steps', ratesBitsPerSecond, stepSeconds: 5 } as const
  const story = logOf(
    play({ seed: 7, downlink: { oneWayDelayMs: 30, queueMs: 1000, generator }, uplink }),
  ).explainNewest()
  expect(story?.reason.kind).toBe('outage')
})

test('StallLog gives the reason: a segment asked for too late', () => {
  const fast = { seed: 7, downlink: { ...line, rateBitsPerSecond: 8_000_000 }, uplink }
  const story = logOf(toldRun(outline, fast, { maxBufferSeconds: 0.05 })).explainNewest()
  expect(story?.reason).toMatchObject({
    kind: 'asked-late',
    sentence: expect.stringMatching(
      /^00004\.ts came fast enough, with \d\.\d Mbit\/s, but was asked for when 0\.1 s were left to play: too late\.$/,
    ),
  })
})

test('StallLog finds the stall at a place on the axis of the run, whatever the tellers’ clocks', () => {
  const unixMs = 1_796_000_000_000
  const clocks: RunEvent[] = [
    { kind: 'clock', of: 'link', atMs: 0, unixMs },
    { kind: 'clock', of: 'hls', atMs: 500_000, unixMs },
  ]
  const seen = (event: RunEvent): RunEvent =>
    'side' in event && event.side === 'hls' ? hlsLater(event, 500_000) : event
  const log = logOf([...clocks, ...lossy.map(seen)])
  const plain = logOf(lossy).explainNewest()
  const story = log.explainStallAt(unixMs + (plain?.fromMs ?? 0) + 1)
  expect(story?.fromMs).toBeCloseTo(unixMs + (plain?.fromMs ?? 0), 2)
  expect(story?.reason).toEqual(plain?.reason)
  expect(log.explainStallAt(unixMs)).toBeUndefined()
})

function hlsLater(event: RunEvent, ms: number): RunEvent {
  const moved = { ...event, atMs: event.atMs + ms }
  if (moved.kind !== 'segment-received') return moved
  return { ...moved, askedMs: moved.askedMs + ms, firstByteMs: (moved.firstByteMs ?? 0) + ms }
}

test('StallLog explains a stall while it lasts, by the segment that is under way', () => {
  const whole = logOf(lossy).explainNewest()
  const halfMs = ((whole?.fromMs ?? 0) + (whole?.toMs ?? 0)) / 2
  const story = logOf(lossy.filter(({ atMs }) => atMs <= halfMs)).explainNewest()
  expect(story).toMatchObject({ isOver: false, waitedFor: { uri: '00004.ts', isCancelled: false } })
  expect(story?.waitedFor).not.toHaveProperty('endedMs')
  expect(logOf([]).explainNewest()).toBeUndefined()
})

test('StallLog keeps the cancelled segments before the one it waited for', () => {
  const of = { side: 'hls', variant: '720p', uri: 'a.ts' } as const
  const events: RunEvent[] = [
    { kind: 'play-asked', atMs: 0, side: 'hls' },
    { kind: 'frame-shown', atMs: 100, side: 'hls', state: 'intact' },
    { kind: 'segment-asked', atMs: 200, ...of },
    { kind: 'playhead', atMs: 1000, side: 'hls', positionSeconds: 0.9 },
    { kind: 'segment-cancelled', atMs: 2000, ...of, sizeBytes: 10_000, askedMs: 200 },
    { kind: 'segment-asked', atMs: 2000, ...of, variant: '240p' },
    {
      kind: 'segment-received',
      atMs: 2500,
      ...of,
      variant: '240p',
      sizeBytes: 50_000,
      askedMs: 2000,
      firstByteMs: 2040,
    },
    { kind: 'playhead', atMs: 2520, side: 'hls', positionSeconds: 0.92 },
  ]
  const story = logOf(events).explainNewest()
  expect(story?.transfers.map(({ variant, isCancelled }) => [variant, isCancelled])).toEqual([
    ['720p', true],
    ['240p', false],
  ])
  expect(story?.gotBitsPerSecond).toBe(800_000)
})

test('StallLog names the segment that ended the stall, not one that came right after it', () => {
  const of = { side: 'hls', variant: '180p' } as const
  const received = { kind: 'segment-received', sizeBytes: 200_000, ...of } as const
  const events: RunEvent[] = [
    { kind: 'play-asked', atMs: 0, side: 'hls' },
    { kind: 'frame-shown', atMs: 100, side: 'hls', state: 'intact' },
    { kind: 'segment-asked', atMs: 200, ...of, uri: 'a.ts' },
    { kind: 'playhead', atMs: 1000, side: 'hls', positionSeconds: 0.9 },
    { ...received, atMs: 2500, uri: 'a.ts', askedMs: 200 },
    { kind: 'segment-asked', atMs: 2510, ...of, uri: 'b.ts' },
    { ...received, atMs: 2590, uri: 'b.ts', askedMs: 2510 },
    { kind: 'playhead', atMs: 2540, side: 'hls', positionSeconds: 0.92 },
  ]
  expect(logOf(events).explainNewest()?.waitedFor?.uri).toBe('a.ts')
})
