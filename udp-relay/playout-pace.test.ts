import { expect, test } from 'vitest'
import { beginsKeyframe } from '../protocol/rtp-video.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { Playout } from './playout.ts'
import { SegmentCache } from './segment-cache.ts'
import { CLIP_FRAMES, makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RecordingSink } from './test-support/recording-sink.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

const clip = makePackageClip() // 6 s, a keyframe each 2 s

function openPlayout() {
  const sink = new RecordingSink()
  const timer = new VirtualTimer()
  const playout = new Playout({
    presentation: presentationOf(clip),
    segments: new SegmentCache({ maxBytes: 10_000_000 }),
    sink,
    timer,
    random: () => 0.5,
    maxRtpBytes: DEFAULT_MAX_RTP_BYTES,
    withAudio: true,
    onEnded: () => {},
    onFailed: () => {},
  })
  const picturesAfter = (first: number) =>
    sink
      .ofTrack(0)
      .slice(first)
      .filter(({ marker }) => marker)
  return { sink, timer, playout, picturesAfter }
}

test('Playout at a scale of 2 sends keyframes alone, a second apart by clock and by RTP time', async () => {
  const { sink, timer, playout } = openPlayout()
  await playout.play(0, undefined, undefined, { scale: 2, speed: 1 })
  await timer.advance(4000)
  expect(sink.ofTrack(1)).toEqual([])
  const timestamps = [...new Set(sink.rtp.map(({ timestampTicks }) => timestampTicks))]
  const starts = timestamps.map((ticks) => sink.rtp.find(({ timestampTicks }) => timestampTicks === ticks)!)
  expect(starts.map(({ payload }) => beginsKeyframe(payload))).toEqual([true, true, true])
  expect(starts.map(({ timestampTicks }) => (timestampTicks - timestamps[0]!) | 0)).toEqual([0, 90_000, 180_000])
  expect(starts.map(({ scheduledMs }) => Math.round(scheduledMs - starts[0]!.scheduledMs))).toEqual([0, 1000, 2000])
  expect(sink.byes()).toHaveLength(2)
})

test('Playout at a speed of 4 sends everything in a quarter of the time, at its own RTP times', async () => {
  const { timer, playout, picturesAfter } = openPlayout()
  await playout.play(0, undefined, undefined, { scale: 1, speed: 4 })
  await timer.advance(1500)
  const pictures = picturesAfter(0)
  expect(pictures).toHaveLength(CLIP_FRAMES)
  const ticks = pictures.map(({ timestampTicks }) => (timestampTicks - pictures[0]!.timestampTicks) | 0)
  expect(Math.max(...ticks)).toBe((CLIP_FRAMES - 1) * 3600) // 25 pictures a second
})

test('Playout goes from fast forward back to every picture at the keyframe where it is', async () => {
  const { sink, timer, playout, picturesAfter } = openPlayout()
  await playout.play(0, undefined, undefined, { scale: 4, speed: 1 })
  await timer.advance(700) // 2.8 s
  const { startSeconds } = await playout.play()
  expect(startSeconds).toBe(2)
  const sent = sink.ofTrack(0).length
  await timer.advance(5000)
  expect(picturesAfter(sent)).toHaveLength(CLIP_FRAMES - 50)
})
