import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planRtpH264 } from '../protocol/rtp-h264.ts'
import { RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import { predictDamage } from '../stream/predict-damage.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { FrameArrivals, type JudgedFrame } from './frame-arrivals.ts'
import { testOutline } from './test-support/test-outline.ts'

const frames = testOutline({ seconds: 4, videoBitsPerSecond: 600_000 }).segments.flatMap((segment) => segment.frames)
const markers = frames.flatMap(({ nalSizesBytes }) => {
  const { parts } = planRtpH264(nalSizesBytes, DEFAULT_MAX_RTP_BYTES - RTP_HEADER_BYTES)
  return parts.map((_, index) => index === parts.length - 1)
})

function judge(lost: ReadonlySet<number>): JudgedFrame[] {
  const judged: JudgedFrame[] = []
  const arrivals = new FrameArrivals(frames, DEFAULT_MAX_RTP_BYTES, (frame) => judged.push(frame))
  for (const [index, marker] of markers.entries()) {
    if (lost.has(index)) arrivals.lose(1)
    else arrivals.push(marker)
  }
  return judged
}

test('FrameArrivals judges every frame as the outline predicts it, whatever is lost', () => {
  const losses = fc.uniqueArray(fc.integer({ min: 0, max: markers.length - 1 }), { maxLength: 40 })
  fc.assert(
    fc.property(losses, (indices) => {
      const lost = new Set(indices)
      const predicted = predictDamage(frames, DEFAULT_MAX_RTP_BYTES, lost)
      expect(judge(lost)).toEqual(predicted.map(({ frame, state }) => ({ frame, state })))
    }),
  )
})

test('FrameArrivals takes a long gap over several frames at once', () => {
  const judged: JudgedFrame[] = []
  const arrivals = new FrameArrivals(frames, DEFAULT_MAX_RTP_BYTES, (frame) => judged.push(frame))
  arrivals.lose(markers.length)
  expect(judged.map(({ state }) => state)).toEqual(frames.map(() => 'frozen'))
})

test('FrameArrivals refuses packets beyond the last frame', () => {
  const arrivals = new FrameArrivals(frames.slice(0, 1), DEFAULT_MAX_RTP_BYTES, () => {})
  arrivals.push(true)
  expect(() => arrivals.push(true)).toThrow('packets of a frame after the last, number 1')
})
