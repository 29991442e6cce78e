import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SampleTimeline } from './sample-timeline.ts'

const cd = { sampleRateHz: 44_100, samplesPerFrame: 1024 }

test('SampleTimeline steps by whole frames although 44.1 kHz does not divide 90 kHz', () => {
  const timeline = new SampleTimeline(cd)
  for (let unit = 0; unit < 10_000; unit += 1) {
    const ptsTicks = Math.round((unit * 1024 * 90_000) / 44_100)
    expect(timeline.samplesAt(ptsTicks)).toBe(unit * 1024)
  }
})

test('SampleTimeline keeps its steps while the times wander by less than half a frame', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), (wanderTicks) => {
      const timeline = new SampleTimeline({ sampleRateHz: 48_000, samplesPerFrame: 1024 })
      const samples = [0, ...wanderTicks].map((wander, unit) => timeline.samplesAt(unit * 1920 + wander * (959 / 1000)))
      expect(samples).toEqual(samples.map((_, unit) => unit * 1024))
    }),
    { seed: 44_100 },
  )
})

test('SampleTimeline anchors anew after a hole, forward and back, and steps on from there', () => {
  const timeline = new SampleTimeline({ sampleRateHz: 48_000, samplesPerFrame: 1024 })
  const times = [-1920, 0, 1920 + 961, 3840 + 961, 960, 2880]
  expect(times.map((ptsTicks) => timeline.samplesAt(ptsTicks))).toEqual([-1024, 0, 1537, 2561, 512, 1536])
})
