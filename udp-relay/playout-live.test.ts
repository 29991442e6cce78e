import { expect, test } from 'vitest'
import { LiveSegments } from '../stream/live-segments.ts'
import { LivePresentations } from './live-presentations.ts'
import { Playout } from './playout.ts'
import { SegmentCache } from './segment-cache.ts'
import { RecordingSink } from './test-support/recording-sink.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

/** Of the Baseline profile, which has no B-pictures. */
const BASELINE_SPS = Uint8Array.from(Buffer.from('6742c028da01e0089f97011000003e90000ea600f1832a', 'hex'))
const pps = Uint8Array.of(0x68, 0xcb, 0x83, 0xcb, 0x20)
const FRAME_MS = 40
const GROUP = 25

/** A live stream of 25 pictures a second, which are pushed by hand, and one viewer. */
async function watchLive() {
  const timer = new VirtualTimer()
  const sink = new RecordingSink()
  const segments = new LiveSegments({
    ...{ variant: 'live', parameterSets: [], windowSeconds: 10, maxGroupSeconds: 20, maxGroupBytes: 1e7 },
    hasTail: true,
  })
  let pushed = 0
  const push = (): void => {
    const isKeyframe = pushed % GROUP === 0
    const nals = isKeyframe ? [BASELINE_SPS, pps, Uint8Array.of(0x65, pushed)] : [Uint8Array.of(0x41, pushed)]
    segments.pushPicture({ ptsTicks: 1_000_000 + pushed * FRAME_MS * 90, nals })
    pushed += 1
  }
  for (let index = 0; index <= GROUP; index += 1) push()
  const presentations = new LivePresentations({ open: () => Promise.resolve(undefined) })
  presentations.addChannel('channel', 'A channel', segments)
  const presentation = await presentations.open('channel', undefined)
  if (presentation === undefined) throw new Error('not there')
  const ends: unknown[] = []
  const playout = new Playout({
    ...{ presentation, sink, timer, maxRtpBytes: 1100, withAudio: true, random: () => 0.5 },
    segments: new SegmentCache({ maxBytes: 1e7 }),
    onEnded: (end) => ends.push(end),
    onFailed: (error) => ends.push(error),
  })
  const playing = playout.play(0)
  /** Pictures until the next keyframe, which is the first that is sent. */
  const begin = async (): Promise<void> => {
    while (pushed % GROUP !== 0) push()
    push()
    await playing
    await timer.advance(0)
  }
  /** A picture comes so long after the one before. */
  const next = async (afterMs = FRAME_MS): Promise<void> => {
    await timer.advance(afterMs)
    push()
    await timer.advance(0)
  }
  const sent = () =>
    sink.rtp
      .filter(({ marker }) => marker)
      .map(({ payload, scheduledMs }) => ({ picture: payload.at(-1), scheduledMs }))
  return { timer, segments, playing, begin, next, sent, ends, playout }
}

test('Playout of a live stream begins with the next keyframe and sends each picture when it comes', async () => {
  const { timer, begin, next, sent, playing } = await watchLive()
  await begin()
  expect(await playing).toMatchObject({ startSeconds: 2 })
  expect(sent().map(({ picture }) => picture)).toEqual([50])
  for (let index = 0; index < 5; index += 1) {
    await next()
    expect(sent().at(-1)).toEqual({ picture: 51 + index, scheduledMs: timer.nowMs() })
  }
})

test('Playout of a live stream does not send all later because its first picture was slow', async () => {
  const { timer, begin, next, sent } = await watchLive()
  await timer.advance(500) // the keyframe came half a second late
  await begin()
  await next(5) // and the encoder makes up for it
  await next(5)
  await next(5)
  expect(sent().at(-1)).toEqual({ picture: 53, scheduledMs: timer.nowMs() })
})

test('Playout of a live stream is not late for ever after its machine has slept', async () => {
  const { timer, begin, next, sent } = await watchLive()
  await begin()
  timer.suspend(3000)
  await next(0)
  await next(0)
  for (let index = 0; index < 80; index += 1) await next(1) // what the encoder had still to give
  expect(sent().at(-1)).toEqual({ picture: 132, scheduledMs: timer.nowMs() })
  for (let index = 0; index < 5; index += 1) await next()
  expect(sent().at(-1)).toEqual({ picture: 137, scheduledMs: timer.nowMs() })
})

test('Playout of a live stream ends with it', async () => {
  const { timer, begin, next, segments, sent, ends } = await watchLive()
  await begin()
  await next()
  segments.end()
  await timer.advance(2000)
  expect(sent().map(({ picture }) => picture)).toEqual([50, 51])
  expect(ends).toHaveLength(1)
})
