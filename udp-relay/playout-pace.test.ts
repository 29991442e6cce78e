import { expect, test } from 'vitest'
import { beginsKeyframe } from '../protocol/rtp-video.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { Playout } from './playout.ts'
import type { OpenPresentation } from './presentation-source.ts'
import { SegmentCache } from './segment-cache.ts'
import { CLIP_FRAMES, makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RecordingSink, type SentRtp } from './test-support/recording-sink.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

const clip = makePackageClip() // 6 s, a keyframe each 2 s

function openPlayout(changes: Partial<OpenPresentation> = {}) {
  const sink = new RecordingSink()
  const timer = new VirtualTimer()
  const playout = new Playout({
    presentation: presentationOf(clip, changes),
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

/** Each picture that was sent: when, by the clock and by RTP time since the first, and the bytes of all its packets. */
function picturesSent(packets: readonly SentRtp[]) {
  const timestamps = [...new Set(packets.map(({ timestampTicks }) => timestampTicks))]
  return timestamps.map((ticks) => {
    const ofPicture = packets.filter(({ timestampTicks }) => timestampTicks === ticks)
    return {
      isKeyframe: beginsKeyframe(ofPicture[0]!.payload),
      afterMs: Math.round(ofPicture[0]!.scheduledMs - packets[0]!.scheduledMs),
      afterTicks: (ticks - timestamps[0]!) | 0,
      bytes: Buffer.concat(ofPicture.map(({ payload }) => payload)).toString('base64'),
    }
  })
}

/** The keyframes of the clip as they are sent, in their order: at 0, 2 and 4 s. */
async function keyframesInOrder() {
  const { sink, timer, playout } = openPlayout()
  await playout.play(0, undefined, undefined, { scale: 2, speed: 1 })
  await timer.advance(4000)
  return picturesSent(sink.rtp).map(({ bytes }) => bytes)
}

test('Playout at a scale of -2 sends the keyframes from the last one back, RTP time going on, and says goodbye', async () => {
  const { sink, timer, playout } = openPlayout()
  const start = await playout.play(5, undefined, undefined, { scale: -2, speed: 1 })
  expect(start.startSeconds).toBe(4)
  await timer.advance(4000)
  const pictures = picturesSent(sink.rtp)
  expect(pictures.map(({ isKeyframe, afterMs, afterTicks }) => [isKeyframe, afterMs, afterTicks])).toEqual([
    [true, 0, 0],
    [true, 1000, 90_000],
    [true, 2000, 180_000],
  ])
  expect(pictures.map(({ bytes }) => bytes)).toEqual((await keyframesInOrder()).toReversed())
  expect(sink.rtp[0]?.timestampTicks).toBe(start.tracks[0]?.timestampTicks)
  expect(sink.ofTrack(1)).toEqual([])
  const numbers = sink.rtp.map(({ sequenceNumber }) => sequenceNumber - sink.rtp[0]!.sequenceNumber)
  expect(numbers).toEqual(numbers.map((_, index) => index))
  const due = sink.rtp.map(({ scheduledMs }) => scheduledMs)
  expect(due).toEqual(due.toSorted((a, b) => a - b)) // also within a picture
  expect(sink.byes()).toHaveLength(2)
  expect(playout.positionSeconds).toBe(0)
})

for (const { what, before, start, end, seconds } of [
  { what: 'from the end, where nothing has been played', start: undefined, end: 0, seconds: [4, 2, 0] },
  { what: 'from where it is', before: 3.5, start: undefined, end: 0, seconds: [2, 0] },
  { what: 'from the last keyframe, when all has been played', before: 8, start: undefined, end: 0, seconds: [4, 2, 0] },
  { what: 'to the end that was asked for', start: 6, end: 2, seconds: [4, 2] },
  { what: 'the one picture that is shown then', start: 3, end: 2.5, seconds: [2] },
  { what: 'from a keyframe that others of its segment follow', start: 1, end: 0, seconds: [0] },
] as const) {
  test(`Playout goes back ${what}`, async () => {
    const { sink, timer, playout } = openPlayout()
    if (before !== undefined) {
      await playout.play(0)
      await timer.advance(before * 1000)
    }
    const sent = sink.rtp.length
    const { startSeconds } = await playout.play(start, undefined, undefined, { scale: -8, speed: 1 }, end)
    await timer.advance(3000)
    expect(startSeconds).toBe(seconds[0])
    const keyframes = await keyframesInOrder()
    const places = picturesSent(sink.rtp.slice(sent)).map(({ bytes }) => 2 * keyframes.indexOf(bytes))
    expect(places).toEqual(seconds)
  })
}

test('Playout going back ends at the beginning also of a video that is still being made', async () => {
  const { sink, timer, playout } = openPlayout({ outline: () => ({ ...clip.outline, ended: false }) })
  await playout.play(3, undefined, undefined, { scale: -8, speed: 1 })
  await timer.advance(3000)
  expect(picturesSent(sink.rtp)).toHaveLength(2)
  expect(sink.byes()).toHaveLength(2)
})

test('Playout goes on backwards after a pause, RTP time never going back', async () => {
  const { sink, timer, playout } = openPlayout()
  const reverse = { scale: -1, speed: 1 }
  await playout.play(6, undefined, undefined, reverse)
  await timer.advance(500)
  expect(playout.pause()).toEqual({ positionSeconds: 2 }) // the next picture
  const { startSeconds, tracks } = await playout.play(undefined, undefined, undefined, reverse)
  expect(startSeconds).toBe(2)
  await timer.advance(5000)
  const pictures = picturesSent(sink.rtp)
  expect(pictures.map(({ afterMs, afterTicks }) => [afterMs, afterTicks])).toEqual([
    [0, 0],
    [500, 45_000],
    [2500, 225_000],
  ])
  expect(sink.rtp.find(({ scheduledMs }) => scheduledMs >= sink.rtp[0]!.scheduledMs + 500)?.timestampTicks).toBe(
    tracks[0]?.timestampTicks,
  )
})

test('Playout turns round: from reverse to forward at the keyframe where it is', async () => {
  const { sink, timer, playout, picturesAfter } = openPlayout()
  await playout.play(6, undefined, undefined, { scale: -1, speed: 1 })
  await timer.advance(1500) // 2.5 s
  const { startSeconds } = await playout.play()
  expect(startSeconds).toBe(2)
  const sent = sink.ofTrack(0).length
  await timer.advance(5000)
  expect(picturesAfter(sent)).toHaveLength(CLIP_FRAMES - 50)
})

test('Playout going back tells by its reports the RTP time at which it sends', async () => {
  const { sink, timer, playout } = openPlayout()
  const { tracks } = await playout.play(6, undefined, undefined, { scale: -1, speed: 1 })
  await timer.advance(8000)
  const reports = sink.rtcp.flatMap(({ packets, scheduledMs, trackIndex }) =>
    packets.flatMap((packet) =>
      trackIndex === 0 && packet.kind === 'sender-report' ? [{ scheduledMs, ticks: packet.timestampTicks }] : [],
    ),
  )
  const [first] = reports
  expect(first?.ticks).toBe(tracks[0]?.timestampTicks)
  expect(reports.length).toBeGreaterThan(1)
  for (const { scheduledMs, ticks } of reports) {
    const expected = 90 * (scheduledMs - (first?.scheduledMs ?? 0)) // 90 ticks a ms
    expect(Math.abs(((ticks - (first?.ticks ?? 0)) | 0) - expected)).toBeLessThan(2)
  }
})
