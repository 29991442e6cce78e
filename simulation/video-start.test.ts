import { expect, test } from 'vitest'
import { runExperiment, type Experiment } from './experiment.ts'
import { testOutline } from './test-support/test-outline.ts'
import { outlineStart, videoStart } from './video-start.ts'

const outline = testOutline({ seconds: 120, videoBitsPerSecond: 1_500_000 })

test('outlineStart keeps what twelve seconds more than the run reach into', () => {
  expect(outlineStart(outline, 20).segments.map(({ startSeconds }) => startSeconds)).toEqual([
    0, 4, 8, 12, 16, 20, 24, 28,
  ])
})

test('outlineStart gives an outline that is no longer as it is, so that what was made of it is found again', () => {
  expect(outlineStart(outline, 200)).toBe(outline)
})

test('runExperiment shows of the start what it shows of the whole video, a few ms sooner for the shorter playlist', () => {
  const whole = { title: 'made up', outlines: [outline] }
  const experiment: Omit<Experiment, 'video'> = {
    sides: [
      { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
      { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
    ],
    profile: {
      seed: 3,
      downlink: {
        rateBitsPerSecond: 1_800_000,
        oneWayDelayMs: 30,
        loss: { kind: 'bad-moments', lossRatio: 0.03, meanBurstMs: 100 },
      },
    },
    durationSeconds: 20,
  }
  const shown = (video: Experiment['video']) =>
    runExperiment({ ...experiment, video }).map(({ measures, hasEnded }) => ({
      hasEnded,
      startupMs: Math.round(measures.startupMs ?? 0),
      standstillMs: Math.round((measures.stallMs ?? 0) + (measures.freezeMs ?? 0)),
      frames: [measures.intactFrameRatio, measures.presentedFrameRatio, measures.lostPackets],
    }))
  const [hls, udp] = shown(whole)
  expect(shown(videoStart(whole, 20))).toEqual([
    { ...hls, startupMs: (hls?.startupMs ?? 0) - 3, standstillMs: (hls?.standstillMs ?? 0) + 5 },
    udp,
  ])
})
