import { expect, test } from 'vitest'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { DamageLog } from '../stream/damage-log.ts'
import type { RunEvent } from '../stream/record.ts'
import { formatPlace, formatRuns, lineOf } from './why-lines.ts'

const outline = testOutline({ seconds: 8, videoBitsPerSecond: 2_000_000 })

function lineOfLoss(firstSequenceNumber: number, packets: number) {
  const log = new DamageLog({ outlineOf: () => outline, jitterBufferMs: 200 })
  const events: readonly RunEvent[] = [
    { kind: 'rtp-started', atMs: 0, track: 'video', variant: 'a', ssrc: 9, firstSequenceNumber: 0, startSeconds: 0 },
    { kind: 'packets-given-up', atMs: 300, track: 'video', packets, firstSequenceNumber },
  ]
  events.forEach((event) => log.add(event))
  const story = log.explainNewest()
  return story && lineOf(story)
}

test('lineOf tells damage from the packet over its slice to the keyframe', () => {
  expect(lineOfLoss(311, 1)).toEqual({
    when: '0:01.2',
    chain: ['packet 311 lost', 'slice of frame 36 (P)', '25 frames to IDR'],
  })
  expect(lineOfLoss(310, 2)?.chain[0]).toBe('2 packets, 310 to 311 lost')
})

test('lineOf tells of a keyframe how many of its slices were hit, and of parameter sets that nothing was', () => {
  expect(lineOfLoss(1, 16)?.chain).toEqual(['16 packets, 1 to 16 lost', '2 slices of frame 0 (I)', '60 frames to IDR'])
  expect(lineOfLoss(0, 1)?.chain).toEqual(['packet 0 lost', 'parameter sets of frame 0 (I)', 'no damage'])
})

test('lineOf tells a stall by how long, what it waited for, and the reason', () => {
  const line = lineOf({
    kind: 'stall',
    fromMs: 1000,
    toMs: 5130,
    isOver: true,
    positionSeconds: 71.26,
    transfers: [],
    waitedFor: { uri: 'seg-00004.ts', variant: '720p', askedMs: 0, isCancelled: false },
    gotBitsPerSecond: 1_094_000,
    windows: [],
    bins: [],
    lostPackets: 0,
    tailDroppedPackets: 0,
    retransmittedSegments: 0,
    timeouts: 0,
    longestSilenceMs: 0,
    reason: { kind: 'slow', sentence: 'It came slowly.', source: '' },
  })
  expect(line).toEqual({
    when: '1:11.2',
    chain: ['stood still 4.1 s', 'waited for 720p/seg-00004.ts at 1.09 Mbit/s', 'It came slowly.'],
  })
})

test('formatRuns joins numbers that follow each other, over the wrap as well', () => {
  expect(formatRuns([65_534, 65_535, 0, 7])).toBe('65\u202f534 to 0, 7')
  expect([formatPlace(31.29), formatPlace(0), formatPlace(3725.98)]).toEqual(['0:31.2', '0:00.0', '1:02:05.9'])
})
