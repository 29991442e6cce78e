import { expect, test } from 'vitest'
import { describePresentation } from '../protocol/presentation-sdp.ts'
import { AacDepacketiser } from '../protocol/rtp-aac.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { Playout, type PlayoutEnd, type PlayoutOptions } from './playout.ts'
import { SegmentCache } from './segment-cache.ts'
import { presentationOf } from './test-support/package-clip.ts'
import { RecordingSink } from './test-support/recording-sink.ts'
import { makeSoundClip, SOUND_SECONDS } from './test-support/sound-clip.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

const clip = makeSoundClip()
const units = clip.outline.segments.flatMap(({ audio }) => audio?.sizesBytes ?? [])
const UNIT_MS = (1024 * 1000) / 44_100

function openPlayout(changes: Partial<PlayoutOptions> = {}) {
  const sink = new RecordingSink()
  const timer = new VirtualTimer()
  const ends: PlayoutEnd[] = []
  const playout = new Playout({
    presentation: presentationOf(clip),
    segments: new SegmentCache({ maxBytes: 10_000_000 }),
    ...{ sink, timer, random: () => 0.5, maxRtpBytes: DEFAULT_MAX_RTP_BYTES, withAudio: true },
    onEnded: (end) => void ends.push(end),
    onFailed: (error) => {
      throw error
    },
    ...changes,
  })
  return { playout, sink, timer, ends }
}

test('sound alone is described as one track', () => {
  const options = { title: 'A tone', requestUrl: 'rtsp://h/clip', serverAddress: '127.0.0.1', nowUnixMs: 1 }
  const text = describePresentation(clip.outline, { ...options, trackUrl: (index) => `rtsp://h/clip/trackID=${index}` })
  expect(text.match(/^m=.*$/gm)).toEqual(['m=audio 0 RTP/AVP 97'])
  expect(text).toMatch(/^a=fmtp:97 .*mode=AAC-hbr/m)
  expect(text).toContain('a=control:rtsp://h/clip/trackID=0')
})

test('Playout sends sound alone in one track, every access unit at its time, to the end', async () => {
  const { playout, sink, timer, ends } = openPlayout()
  expect(playout.tracks).toMatchObject([{ kind: 'audio', payloadType: 97, clockRateHz: 44_100 }])
  const start = await playout.play()
  expect(start).toMatchObject({ startSeconds: 0, tracks: { length: 1 } })
  await timer.advance(SOUND_SECONDS * 1000 + 2000)
  const sent = sink.ofTrack(0)
  expect(sent.length).toBe(units.length)
  const depacketiser = new AacDepacketiser(1024)
  const sizes = sent.flatMap((packet) => depacketiser.push(packet, false)).map(({ data }) => data.length)
  expect(sizes).toEqual(units)
  const firstMs = sent[0]?.scheduledMs ?? NaN
  for (const [index, { scheduledMs, timestampTicks }] of sent.entries()) {
    expect(Math.abs(scheduledMs - firstMs - index * UNIT_MS)).toBeLessThan(0.02) // of 90 kHz
    expect((timestampTicks - (start.tracks[0]?.timestampTicks ?? 0)) | 0).toBe(index * 1024)
  }
  expect(ends).toEqual([{ lastSequenceNumbers: { 97: sent.at(-1)?.sequenceNumber } }])
})

test('Playout of sound alone begins at the very access unit that is heard then, and goes on after a pause', async () => {
  const { playout, sink, timer } = openPlayout()
  const { startSeconds } = await playout.play(4.5) // of the second segment
  expect(startSeconds).toBeGreaterThan(4.5 - UNIT_MS / 1000)
  expect(startSeconds).toBeLessThanOrEqual(4.5)
  await timer.advance(500)
  const { positionSeconds } = playout.pause()
  await timer.advance(1000)
  const before = sink.rtp.length
  expect((await playout.play()).startSeconds).toBe(positionSeconds)
  await timer.advance(4000)
  expect(before).toBeGreaterThan(20)
  expect(sink.rtp.length).toBe(units.length - Math.round((startSeconds * 1000) / UNIT_MS))
  const numbers = sink.rtp.map(({ sequenceNumber }) => sequenceNumber)
  expect(numbers).toEqual(numbers.map((_, index) => ((numbers[0] as number) + index) & 0xffff))
})

test('Playout of sound alone that is looped leaves no hole between the end and the beginning', async () => {
  const { playout, sink, timer } = openPlayout({ isLooped: true })
  await playout.play()
  await timer.advance(3 * SOUND_SECONDS * 1000)
  expect(sink.rtp.length).toBeGreaterThan(2.5 * units.length)
  const steps = sink.rtp.slice(1).map(({ timestampTicks }, index) => {
    return (timestampTicks - (sink.rtp[index]?.timestampTicks ?? 0)) | 0
  })
  expect(new Set(steps)).toEqual(new Set([1024]))
})
