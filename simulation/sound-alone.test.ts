import { expect, test } from 'vitest'
import type { LinkProfile } from '../link/profile.ts'
import type { Outline } from '../protocol/outline.ts'
import { RunMeasuresFold } from '../stream/run-measures.ts'
import { summarise } from '../stream/summary.ts'
import { compare } from './comparison.ts'
import { testOutline } from './test-support/test-outline.ts'
import { toldRun } from './test-support/told-run.ts'

const SECONDS = 20
const { video: _, ...head } = testOutline({ seconds: SECONDS, videoBitsPerSecond: 1_000_000 })
const outline: Outline = {
  ...head,
  segments: head.segments.map((segment) => {
    const sizesBytes = segment.audio?.sizesBytes ?? []
    return { ...segment, frames: [], sizeBytes: 73 + sizesBytes.reduce((sum, bytes) => sum + bytes + 7, 0) }
  }),
}
const UNITS = outline.segments.reduce((sum, { audio }) => sum + (audio?.sizesBytes.length ?? 0), 0)
const lossy: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30, loss: { kind: 'random', lossRatio: 0.02 } },
  uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 30 },
}

test('compare plays sound alone both ways, to its end', () => {
  const { hls, rtp } = compare({ outline, profile: lossy })
  expect([hls.hasEnded, rtp.hasEnded]).toEqual([true, true])
  for (const { measures } of [hls, rtp]) {
    expect(measures).toMatchObject({ isSoundAlone: true, intactFrames: 0, freezeCount: 0 })
    expect(measures.startupMs).toBeGreaterThan(60) // a round trip
    expect(measures.watchedMs).toBeGreaterThan((SECONDS - 1) * 1000)
  }
  const { receivedPackets, lostPackets } = rtp.measures
  expect(lostPackets).toBeGreaterThan(5)
  expect(receivedPackets + lostPackets).toBe(UNITS)
})

test('of sound alone a run has no measures of pictures, and its losses are those of the sound', () => {
  const fold = new RunMeasuresFold({ frameIntervalMs: 1000 / 30, outlineOf: () => outline })
  for (const event of toldRun(outline, lossy)) fold.add(event)
  const { hls, udp } = fold.measures()
  for (const side of [hls, udp]) {
    for (const key of [
      'presentedFrameRatio',
      'intactFrameRatio',
      'damagedFrames',
      'frozenFrames',
      'freezeMs',
    ] as const) {
      expect(side).not.toHaveProperty(key)
    }
    expect(side.behindMsP50).toBeGreaterThan(0)
  }
  const { lostPackets = 0, effectiveLossRatio, burstCount } = udp
  expect(effectiveLossRatio).toBe(lostPackets / UNITS)
  expect(burstCount).toBeGreaterThan(0)
  const said = summarise(fold.measures())
  expect(said[0]).toBe('There are no pictures: this is sound alone.')
  expect(said).toContain(
    `UDP went without ${lostPackets} of ${UNITS} packets of sound, and was silent for each; HLS was heard whole.`,
  )
})
