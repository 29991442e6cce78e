import { expect, test } from 'vitest'
import type { Outline } from '../protocol/outline.ts'
import { sequenceDistance } from '../protocol/rtp.ts'
import { SENDER_REPORT_BYTES } from '../stream/report-schedule.ts'
import { DEFAULT_MAX_RTP_BYTES, scheduleFacts, scheduleSegment } from '../stream/send-schedule.ts'
import { Playout, PlayoutRefusal, type PlayoutEnd, type PlayoutOptions } from './playout.ts'
import { SegmentCache } from './segment-cache.ts'
import { CLIP_FRAMES, CLIP_SECONDS, makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RecordingSink } from './test-support/recording-sink.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

const clip = makePackageClip()
const plan = clip.outline.segments.map((segment) =>
  scheduleSegment(segment, { maxRtpBytes: DEFAULT_MAX_RTP_BYTES, ...scheduleFacts(clip.outline) }),
)
const WHOLE_CLIP_MS = CLIP_SECONDS * 1000 + 1000

function openPlayout(changes: Partial<PlayoutOptions> = {}) {
  const sink = new RecordingSink()
  const timer = new VirtualTimer()
  const ends: PlayoutEnd[] = []
  const failures: Error[] = []
  let draws = 0
  const playout = new Playout({
    presentation: presentationOf(clip),
    segments: new SegmentCache({ maxBytes: 10_000_000 }),
    sink,
    timer,
    random: () => (draws++ % 8) / 8 + 0.99 / 8, // sequence numbers and timestamps that soon wrap
    maxRtpBytes: DEFAULT_MAX_RTP_BYTES,
    withAudio: true,
    onEnded: (end) => void ends.push(end),
    onFailed: (error) => void failures.push(error),
    ...changes,
  })
  return { playout, sink, timer, ends, failures }
}

const isConsecutive = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || sequenceDistance(numbers[index - 1] as number, number) === 1)
const after = (ticks: number, reference: number): number => (ticks - reference) | 0 // modulo 2^32

test('Playout sends every planned packet once, in order of the schedule over the border of segments', async () => {
  const { playout, sink, timer } = openPlayout()
  await playout.play()
  await timer.advance(WHOLE_CLIP_MS)
  const planned = plan.flat().sort((a, b) => a.sendMs - b.sendMs)
  expect(sink.rtp.length).toBe(planned.length)
  const firstMs = sink.rtp[0]!.scheduledMs - planned[0]!.sendMs
  expect(sink.rtp.map(({ scheduledMs }) => Math.round(scheduledMs - firstMs))).toEqual(
    planned.map(({ sendMs }) => Math.round(sendMs)),
  )
  expect(sink.rtp.map(({ payload, trackIndex }) => [trackIndex, payload.length + 12])).toEqual(
    planned.map(({ trackIndex, sizeBytes }) => [trackIndex, sizeBytes]),
  )
  for (const track of [0, 1]) {
    expect(isConsecutive(sink.ofTrack(track).map(({ sequenceNumber }) => sequenceNumber))).toBe(true)
  }
  expect(sink.ofTrack(0).filter(({ marker }) => marker)).toHaveLength(CLIP_FRAMES)
})

test('Playout stamps pictures with their PTS in decode order, and sound with consecutive samples', async () => {
  const { playout, sink, timer } = openPlayout()
  const start = await playout.play()
  await timer.advance(WHOLE_CLIP_MS)
  const videoTicks = sink
    .ofTrack(0)
    .filter(({ marker }) => marker)
    .map((packet) => after(packet.timestampTicks, start.tracks[0]!.timestampTicks))
  expect(videoTicks).toEqual(clip.outline.segments.flatMap(({ frames }) => frames.map(({ ptsTicks }) => ptsTicks)))
  const audioTicks = sink.ofTrack(1).map((packet) => after(packet.timestampTicks, start.tracks[1]!.timestampTicks))
  expect(audioTicks.slice(1).every((ticks, index) => ticks - audioTicks[index]! === 1024)).toBe(true)
  expect(audioTicks[0]).toBe(Math.round((clip.outline.segments[0]!.audio!.firstPtsTicks * 44_100) / 90_000))
})

test('Playout tells the sequence numbers of the first packets', async () => {
  const { playout, sink, timer } = openPlayout()
  const start = await playout.play()
  await timer.advance(200)
  expect(start.tracks.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
    [0, 1].map((track) => sink.ofTrack(track)[0]!.sequenceNumber),
  )
  expect(start).toMatchObject({ startSeconds: 0, durationSeconds: CLIP_SECONDS })
})

test('Playout reports before the first packet, and every 2.5 to 7.5 s, one moment for both tracks', async () => {
  const { playout, sink, timer } = openPlayout()
  const start = await playout.play()
  await timer.advance(WHOLE_CLIP_MS)
  const reports = sink.rtcp.flatMap(({ packets, afterRtp, trackIndex }) =>
    packets.flatMap((packet) => (packet.kind === 'sender-report' ? [{ ...packet, afterRtp, trackIndex }] : [])),
  )
  expect(reports.slice(0, 2).map(({ afterRtp }) => afterRtp)).toEqual([0, 0])
  expect(reports.length).toBe(6) // two of them with the goodbye
  const [video, audio] = reports.slice(-2)
  expect(video!.ntpTime).toEqual(audio!.ntpTime)
  const seconds = [video, audio].map(
    (report, track) =>
      after(report!.timestampTicks, start.tracks[track]!.timestampTicks) / playout.tracks[track]!.clockRateHz,
  )
  expect(seconds[0]).toBeCloseTo(seconds[1]!, 3)
  expect(video!.sentPackets).toBe(
    sink.rtp.slice(0, video!.afterRtp).filter(({ trackIndex }) => trackIndex === 0).length,
  )
  const cnames = sink.rtcp.flatMap(({ packets }) =>
    packets.flatMap((packet) => (packet.kind === 'source-description' ? packet.sources.map(({ cname }) => cname) : [])),
  )
  expect(new Set(cnames).size).toBe(1)
})

test('Playout draws the times of its reports anew for each play, and keeps them and the order when the timer sleeps', async () => {
  const watch = async (sleepMs: number) => {
    const { playout, sink, timer } = openPlayout({ newReportRandom: () => () => 0 }) // 2.5 s
    await timer.advance(1000)
    const startMs = timer.nowMs() - 3
    await playout.play(0, undefined, startMs)
    await timer.advance(2000)
    timer.suspend(sleepMs)
    await timer.advance(WHOLE_CLIP_MS - sleepMs)
    const reports = sink.rtcp.filter(({ packets }) => packets.every(({ kind }) => kind !== 'bye'))
    return reports.map(({ scheduledMs, ...rest }) => ({ dueMs: scheduledMs - startMs, ...rest }))
  }
  const onTime = await watch(0)
  expect(onTime.map(({ dueMs }) => dueMs)).toEqual([0, 0, 2500, 2500, 5000, 5000])
  expect(onTime.map(({ sizeBytes }) => sizeBytes)).toEqual(onTime.map(() => SENDER_REPORT_BYTES))
  const ofPackets = (reports: typeof onTime) => reports.map(({ afterRtp, trackIndex }) => [afterRtp, trackIndex])
  expect(ofPackets(await watch(900))).toEqual(ofPackets(onTime))
})

test('Playout says goodbye on both tracks half a second after the last frame, and tells the last packets and how many there were', async () => {
  const { playout, sink, timer, ends } = openPlayout()
  await playout.play()
  await timer.advance(CLIP_SECONDS * 1000 + 500)
  expect(ends).toEqual([])
  await timer.advance(120)
  const last = (track: number): number => sink.ofTrack(track).at(-1)!.sequenceNumber
  expect(ends).toEqual([{ lastSequenceNumbers: { 96: last(0), 97: last(1) } }])
  expect(sink.byes().map(({ trackIndex, afterRtp }) => [trackIndex, afterRtp])).toEqual([
    [0, sink.rtp.length],
    [1, sink.rtp.length],
  ])
  const counts = sink.byes().map(({ packets: [report] }) => report?.kind === 'sender-report' && report.sentPackets)
  expect(counts).toEqual([0, 1].map((track) => sink.ofTrack(track).length))
  playout.close()
  expect(sink.byes()).toHaveLength(2)
})

test('Playout seeks to the keyframe at or before, and counts on', async () => {
  const { playout, sink, timer } = openPlayout()
  await playout.play()
  await timer.advance(300)
  const start = await playout.play(3)
  const sentBefore = sink.rtp.length
  expect(sink.rtp.findLast(({ trackIndex }) => trackIndex === 0)?.marker).toBe(true) // no frame was torn
  expect(start.startSeconds).toBe(2)
  await timer.advance(WHOLE_CLIP_MS)
  const [first] = sink.rtp.slice(sentBefore)
  expect(first).toMatchObject({ trackIndex: 0, ...start.tracks[0] })
  const sentFrames = sink.rtp.slice(sentBefore).filter(({ trackIndex, marker }) => trackIndex === 0 && marker)
  expect(sentFrames).toHaveLength(CLIP_FRAMES - 50)
  for (const track of [0, 1]) {
    expect(isConsecutive(sink.ofTrack(track).map(({ sequenceNumber }) => sequenceNumber))).toBe(true)
  }
})

test('Playout lets no RTP timestamp jump back at a seek, whenever it comes', async () => {
  const { playout, sink, timer } = openPlayout()
  await playout.play(4)
  for (let seek = 0; seek < 20; seek += 1) {
    await timer.advance(100 + 7 * seek)
    const [{ timestampTicks: firstTicks } = { timestampTicks: 0 }] = sink.ofTrack(0)
    const highest = Math.max(...sink.ofTrack(0).map(({ timestampTicks }) => after(timestampTicks, firstTicks)))
    const start = await playout.play(0)
    expect(after(start.tracks[0]!.timestampTicks, firstTicks)).toBeGreaterThan(highest)
  }
})

test('Playout tears no frame by a pause', async () => {
  const { playout, sink, timer } = openPlayout()
  await playout.play()
  await timer.advance(10) // a keyframe takes 40 ms
  expect(sink.ofTrack(0).some(({ marker }) => marker)).toBe(false)
  playout.pause()
  expect(sink.ofTrack(0).at(-1)?.marker).toBe(true)
})

test('Playout goes on after a pause with the next frame, later by the pause', async () => {
  const { playout, sink, timer } = openPlayout()
  const first = await playout.play()
  await timer.advance(1010)
  const { positionSeconds } = playout.pause()
  const before = sink.rtp.length
  await timer.advance(3000)
  expect(sink.rtp.length).toBe(before)
  const second = await playout.play()
  expect(second.startSeconds).toBe(positionSeconds)
  expect(positionSeconds).toBeCloseTo(0.95, 1)
  await timer.advance(WHOLE_CLIP_MS)
  expect(sink.rtp.length).toBe(plan.flat().length)
  const paused = after(second.tracks[0]!.timestampTicks, first.tracks[0]!.timestampTicks) / 90_000 - positionSeconds
  expect(paused).toBeCloseTo(3, 1)
  const frames = sink
    .ofTrack(0)
    .filter(({ marker }) => marker)
    .map(({ timestampTicks }) => after(timestampTicks, first.tracks[0]!.timestampTicks))
  const expected = clip.outline.segments.flatMap((segment) => segment.frames.map(({ ptsTicks }) => ptsTicks))
  const leaps = frames.map((ticks, index) => Math.round((ticks - expected[index]!) / 9000))
  expect(new Set(leaps)).toEqual(new Set([0, Math.round(paused * 10)]))
})

test('Playout lets the answer go before the first packet', async () => {
  const { playout, sink, timer } = openPlayout()
  let flush = (): void => {}
  const playing = playout.play(0, () => new Promise((resolve) => (flush = resolve)))
  await timer.advance(500)
  expect(sink.rtp).toEqual([])
  flush()
  await playing
  await timer.advance(500)
  expect(sink.rtp.length).toBeGreaterThan(10)
})

test('Playout refuses a start beyond the end and plays on', async () => {
  const { playout, sink, timer } = openPlayout()
  await playout.play()
  await expect(playout.play(CLIP_SECONDS + 1)).rejects.toMatchObject({ code: 'start-beyond-end' })
  await timer.advance(WHOLE_CLIP_MS)
  expect(sink.rtp.length).toBe(plan.flat().length)
})

test('Playout gives up a play when another comes first', async () => {
  const { playout, sink, timer } = openPlayout()
  const [first, second] = await Promise.allSettled([playout.play(0), playout.play(4)])
  expect(first).toMatchObject({ status: 'rejected', reason: expect.any(PlayoutRefusal) })
  expect(second).toMatchObject({ status: 'fulfilled', value: { startSeconds: 4 } })
  await timer.advance(WHOLE_CLIP_MS)
  expect(sink.rtp.length).toBe(plan[1]!.length)
})

test('Playout forgets a segment that comes when another was asked for', async () => {
  let deliver = (): void => {}
  const late = new Promise<void>((resolve) => (deliver = resolve))
  const readSegment = async (index: number): Promise<Uint8Array> => {
    if (index === 0) await late
    return clip.segments[index]!
  }
  const { playout, sink, timer } = openPlayout({ presentation: presentationOf(clip, { readSegment }) })
  const first = playout.play(0)
  await playout.play(4)
  deliver()
  await expect(first).rejects.toMatchObject({ code: 'superseded' })
  await timer.advance(WHOLE_CLIP_MS)
  expect(sink.rtp.length).toBe(plan[1]!.length)
})

test('Playout without audio has one track', async () => {
  const { playout, sink, timer } = openPlayout({ withAudio: false })
  expect((await playout.play()).tracks).toHaveLength(1)
  await timer.advance(WHOLE_CLIP_MS)
  expect(sink.rtp.length).toBe(plan.flat().filter(({ trackIndex }) => trackIndex === 0).length)
})

test('Playout catches up after 0.5 s of sleep, and plays later after 5 s', async () => {
  for (const { sleepMs, lateMs } of [
    { sleepMs: 500, lateMs: 0 },
    { sleepMs: 5000, lateMs: 5000 },
  ]) {
    const { playout, sink, timer } = openPlayout()
    await playout.play()
    await timer.advance(1000)
    timer.suspend(sleepMs)
    await timer.advance(WHOLE_CLIP_MS)
    expect(sink.rtp.length).toBe(plan.flat().length)
    const lastMs = sink.rtp.at(-1)!.scheduledMs - sink.rtp[0]!.scheduledMs
    const plannedMs = Math.max(...plan.flat().map(({ sendMs }) => sendMs)) - plan[0]![0]!.sendMs
    expect(Math.abs(lastMs - plannedMs - lateMs)).toBeLessThan(50)
  }
})

test('Playout waits for a presentation that still grows', async () => {
  let outline: Outline = { ...clip.outline, segments: clip.outline.segments.slice(0, 1), ended: false }
  const { playout, sink, timer, ends } = openPlayout({ presentation: presentationOf(clip, { outline: () => outline }) })
  expect((await playout.play()).durationSeconds).toBe(4)
  await timer.advance(8000)
  expect(sink.rtp.length).toBe(plan[0]!.length)
  expect(ends).toEqual([])
  outline = clip.outline
  await timer.advance(4000)
  expect(sink.rtp.length).toBe(plan.flat().length)
  expect(ends).toHaveLength(1)
})

test('Playout says goodbye and tells when a segment is gone', async () => {
  const readSegment = (index: number): Promise<Uint8Array> =>
    index === 0 ? Promise.resolve(clip.segments[0]!) : Promise.reject(new Error('gone'))
  const { playout, sink, timer, failures } = openPlayout({ presentation: presentationOf(clip, { readSegment }) })
  await playout.play()
  await timer.advance(WHOLE_CLIP_MS)
  expect(failures.map(({ message }) => message)).toEqual(['gone'])
  expect(sink.byes()).toHaveLength(2)
})
