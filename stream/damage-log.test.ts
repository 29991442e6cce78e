import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { Outline } from '../protocol/outline.ts'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { toldRun } from '../simulation/test-support/told-run.ts'
import { DamageLog } from './damage-log.ts'
import { predictDamage } from './predict-damage.ts'
import type { RunEvent } from './record.ts'
import type { FrameState } from './reference-chain.ts'
import { DEFAULT_MAX_RTP_BYTES } from './send-schedule.ts'

const outline = testOutline({ seconds: 20, videoBitsPerSecond: 2_000_000 })
const frames = outline.segments.flatMap((segment) => segment.frames)
const line = { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 30 }
const badMoments: LinkProfile = {
  seed: 7,
  downlink: { ...line, loss: { kind: 'bad-moments', lossRatio: 0.005, meanBurstMs: 20 } },
  uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30 },
}

function logOf(events: readonly RunEvent[], jitterBufferMs = 200): DamageLog {
  const log = new DamageLog({ outlineOf: () => outline, jitterBufferMs })
  events.forEach((event) => log.add(event))
  return log
}

const run = toldRun(outline, badMoments)
const log = logOf(run)

test('DamageLog explains a lost packet: what it carried, which frames lean on it, until which keyframe', () => {
  const story = log.explainPacket(311)
  expect(story?.root).toEqual({
    frameNumber: 36,
    ptsTicks: 108_000,
    letter: 'P',
    isReference: true,
    sizeBytes: 7937,
    slices: 1,
    state: 'frozen',
    lostPackets: 1,
  })
  expect(story?.packets).toEqual([
    {
      sequenceNumber: 311,
      sizeBytes: 1006,
      cause: 'loss',
      nals: [{ nalIndex: 0, kind: 'slice', nalBytes: 7937, carriedBytes: 992 }],
    },
  ])
  expect(story?.affected.map(({ frameNumber }) => frameNumber)).toEqual([
    36, 35, 38, 37, 40, 39, 42, 41, 44, 43, 46, 45, 48, 47, 50, 49, 52, 51, 54, 53, 56, 55, 58, 57, 59,
  ])
  expect(story?.end).toEqual({ by: 'idr', frameNumber: 60, ptsTicks: 180_000 })
  expect(story).not.toHaveProperty('earlier')
})

test('DamageLog names exactly the frames that the outline predicts and that the viewer told of', () => {
  const lost = run.flatMap((event) =>
    event.kind === 'packets-given-up' && event.track === 'video'
      ? Array.from({ length: event.packets }, (_, index) => (event.firstSequenceNumber ?? 0) + index)
      : [],
  )
  const told = new Map<number | undefined, FrameState>()
  for (const event of run) {
    if (event.kind === 'frame-frozen') told.set(event.ptsTicks, 'frozen')
    if (event.kind === 'frame-shown' && event.side === 'udp') told.set(event.ptsTicks, event.state)
  }
  const states = { intact: 0, damaged: 0, frozen: 0 }
  for (const { frame, state } of predictDamage(frames, DEFAULT_MAX_RTP_BYTES, new Set(lost))) {
    states[state] += 1
    expect(log.explainFrame(frame.ptsTicks)?.asked.state ?? 'intact').toBe(state)
    expect(told.get(frame.ptsTicks)).toBe(state)
  }
  expect(states).toEqual({ intact: 520, damaged: 73, frozen: 7 })
})

test('DamageLog says when the picture had been broken before', () => {
  const story = log.explainNewest()
  expect([story?.root.frameNumber, story?.earlier?.frameNumber, story?.affected.length]).toEqual([416, 366, 5])
})

test('DamageLog finds the loss nearest to a place on the axis of the run, within a second', () => {
  const atMs = run.find((event) => event.kind === 'packets-given-up')?.atMs ?? 0
  expect(log.explainLossAt(atMs - 400)?.root.frameNumber).toBe(36)
  expect(log.explainLossAt(atMs - 1001)).toBeUndefined()
})

test('DamageLog tells a full queue and a blocked line as the cause', () => {
  const causes = (profile: LinkProfile) => {
    const story = logOf(toldRun(outline, profile, { limitSeconds: 30 })).explainNewest()
    return new Set(story?.packets.map(({ cause }) => cause))
  }
  expect(causes({ seed: 7, downlink: { ...line, rateBitsPerSecond: 1_500_000 } })).toEqual(new Set(['queue']))
  const blockedLater = { seed: 7, downlink: line, changes: [{ atSeconds: 5, set: { udpBlocked: true } }] }
  expect(causes(blockedLater)).toEqual(new Set(['blocked']))
})

const start: RunEvent = {
  kind: 'rtp-started',
  atMs: 0,
  track: 'video',
  variant: 'made-up',
  ssrc: 9,
  firstSequenceNumber: 0,
  startSeconds: 0,
}
const givenUp = (firstSequenceNumber: number): RunEvent => ({
  kind: 'packets-given-up',
  atMs: 300,
  packets: 1,
  track: 'video',
  firstSequenceNumber,
})
const onTheLink = (sequenceNumber: number, sentMs: number, arrivedMs: number): RunEvent[] => {
  const packet = {
    lane: 'udp',
    direction: 'down',
    flow: 1,
    packet: sequenceNumber,
    traffic: 'rtp',
    sizeBytes: 1000,
  } as const
  return [
    { ...packet, kind: 'packet-accepted', atMs: sentMs, ssrc: 9, sequenceNumber },
    { ...packet, kind: 'packet-delivered', atMs: arrivedMs, queueingDelayMs: 0 },
  ]
}

test('DamageLog tells what came through the link too late from what the gateway dropped', () => {
  const events = [start, ...onTheLink(0, 0, 30), ...onTheLink(40, 40, 70), ...onTheLink(41, 41, 242)]
  const told = logOf([...events, givenUp(40), givenUp(41), givenUp(42)])
  const causeOf = (packet: number) =>
    told.explainPacket(packet)?.packets.find(({ sequenceNumber }) => sequenceNumber === packet)?.cause
  expect([causeOf(40), causeOf(41), causeOf(42)]).toEqual(['gateway', 'late', 'unknown'])
})

test('DamageLog says that lost parameter sets do no harm', () => {
  // 25 and 4 bytes of parameter sets share the first packet of the keyframe.
  const story = logOf([start, givenUp(0), givenUp(60)]).explainPacket(0)
  expect(story).toMatchObject({ root: { letter: 'I', state: 'intact' }, affected: [], end: { by: 'harmless' } })
  expect(story?.packets[0]?.nals.map(({ kind, nalBytes }) => [kind, nalBytes])).toEqual([
    ['header', 25],
    ['header', 4],
  ])
})

test('DamageLog lets the loss of a disposable frame end with it', () => {
  const video = logOf([start, givenUp(0)])
  expect(video.explainFrame(frames[1]?.ptsTicks ?? -1)).toBeUndefined()
  const packetsOfFrame = 8
  const firstOfB = 1 + 4 * packetsOfFrame + packetsOfFrame // parameter sets, four slices, a P
  const story = logOf([start, givenUp(firstOfB)]).explainPacket(firstOfB)
  expect([story?.root.letter, story?.affected.length, story?.end.by]).toEqual(['B', 1, 'frame'])
})

test('DamageLog explains once the outline is known, and nothing before', () => {
  const known = new Map<string, Outline>()
  const late = new DamageLog({ outlineOf: (variant) => known.get(variant), jitterBufferMs: 200 })
  for (const event of [start, givenUp(100)]) late.add(event)
  expect(late.explainNewest()).toBeUndefined()
  known.set('made-up', outline)
  expect(late.explainNewest()?.packets[0]?.sequenceNumber).toBe(100)
})

test('DamageLog keeps the newest packets of the longest gap that a record can tell', () => {
  const gap = { ...givenUp(0), packets: 0xffff_ffff }
  expect(logOf([start, gap]).explainNewest()).toBeUndefined() // so many were never sent
})
