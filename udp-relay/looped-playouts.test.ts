import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LoopedPlayouts, type SeatOptions } from './looped-playouts.ts'
import { SegmentCache } from './segment-cache.ts'
import { makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RecordingSink } from './test-support/recording-sink.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

const clip = makePackageClip()
const LOOP_MS = 6000

function open() {
  const timer = new VirtualTimer()
  const live = new LoopedPlayouts({ segments: new SegmentCache({ maxBytes: 10_000_000 }), timer, random: () => 0.5 })
  const failures: string[] = []
  const seat = (changes: Partial<SeatOptions> = {}) => {
    const sink = new RecordingSink()
    const onFailed = ({ message }: Error): void => void failures.push(message)
    const options = { presentation: presentationOf(clip), sink, maxRtpBytes: 1100, onFailed, ...changes }
    return { sink, ...live.takeSeat(options) }
  }
  return { timer, live, seat, failures }
}

const last = <Item>(items: readonly Item[]): Item => items.at(-1) as Item

test('LoopedPlayouts sends all seats the very same packets, from where each joins', async () => {
  const { timer, live, seat } = open()
  const [early, late] = [seat(), seat()]
  expect(live.count).toBe(1)
  expect(late.tracks).toEqual(early.tracks)
  await early.play()
  await timer.advance(3000)
  const start = await late.play()
  await timer.advance(3000)
  const sent = late.sink.ofTrack(0)
  expect(start.tracks[0]!.sequenceNumber).toBe(sent[0]!.sequenceNumber)
  expect(early.sink.ofTrack(0).slice(-sent.length)).toEqual(sent)
  expect(sent.length).toBeGreaterThan(75)
})

test('LoopedPlayouts keeps for a seat what is sent while its answer is under way, and sends it then, due then', async () => {
  const { timer, seat } = open()
  const [first, second] = [seat(), seat()]
  await first.play()
  let answered = (): void => {}
  const playing = second.play(undefined, () => new Promise<void>((resolve) => (answered = resolve)))
  await timer.advance(1000)
  expect(second.sink.rtp).toEqual([])
  answered()
  const start = await playing
  const releasedMs = timer.nowMs()
  expect(second.sink.ofTrack(0)[0]!.sequenceNumber).toBe(start.tracks[0]!.sequenceNumber)
  expect(second.sink.rtp.every(({ scheduledMs }) => scheduledMs === releasedMs)).toBe(true)
  expect(last(second.sink.rtp).sequenceNumber).toBe(last(first.sink.rtp).sequenceNumber)
})

test('LoopedPlayouts begins the video again at its end: sequence and timestamps go on evenly', async () => {
  const { timer, seat } = open()
  const { sink, play, tracks } = seat()
  await play()
  await timer.advance(3 * LOOP_MS)
  const pictures = sink.ofTrack(0).filter(({ marker }) => marker)
  expect(pictures.length).toBeGreaterThan(430)
  const ticks = pictures.map(({ timestampTicks }) => (timestampTicks - pictures[0]!.timestampTicks) | 0)
  expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks.map((_, index) => index * 3600)) // 25 pictures a second
  const sound = sink.ofTrack(1).map(({ timestampTicks }) => timestampTicks)
  const leaps = sound.slice(1).map((at, index) => ((at - sound[index]!) | 0) - 1024)
  expect(leaps.filter((leap) => leap !== 0).every((leap) => Math.abs(leap) < 1024)).toBe(true)
  expect(leaps.filter((leap) => leap !== 0).length).toBeLessThan(3) // at the seams alone
  expect(new Set(sink.rtp.map(({ ssrc }) => ssrc))).toEqual(new Set(tracks.map(({ ssrc }) => ssrc)))
  expect(sink.byes()).toEqual([])
})

test('LoopedPlayouts rests while nobody plays, and is forgotten with its last seat, who hears a goodbye', async () => {
  const { timer, live, seat } = open()
  const [one, other] = [seat(), seat()]
  await one.play()
  await other.play()
  await timer.advance(500)
  one.pause()
  const heard = one.sink.rtp.length
  await timer.advance(500)
  expect(one.sink.rtp.length).toBe(heard)
  other.pause()
  const sent = other.sink.rtp.length
  await timer.advance(500)
  expect(other.sink.rtp.length).toBe(sent)
  await other.play()
  await timer.advance(100)
  expect(last(other.sink.rtp).sequenceNumber).not.toBe(other.sink.rtp[sent - 1]!.sequenceNumber)
  one.close()
  expect([live.count, one.sink.byes()]).toEqual([1, []])
  other.close()
  other.close()
  expect([live.count, other.sink.byes().length]).toEqual([0, 2])
})

test('LoopedPlayouts keeps payloads and packages apart', () => {
  const { live, seat } = open()
  seat()
  seat({ payload: 'mp2t' })
  seat({ payload: 'mp2t', maxRtpBytes: 1328 })
  seat({ presentation: presentationOf(clip, { packageKey: 'other' }) })
  expect(live.count).toBe(4)
})

test('LoopedPlayouts reads on by another seat’s presentation when the first has gone', async () => {
  const { timer, seat, failures } = open()
  let isClosed = false
  const readSegment = (index: number): Promise<Uint8Array> =>
    isClosed ? Promise.reject(new Error('closed')) : Promise.resolve(clip.segments[index]!)
  const [first, second] = [seat({ presentation: presentationOf(clip, { readSegment }) }), seat()]
  await first.play()
  await second.play()
  first.close()
  isClosed = true
  await timer.advance(LOOP_MS)
  expect(failures).toEqual([])
  expect(second.sink.rtp.length).toBeGreaterThan(200)
})

test('LoopedPlayouts sends nothing to a seat that was left while it began', async () => {
  const { timer, seat } = open()
  const [one, other] = [seat(), seat()]
  const starting = Promise.allSettled([one.play(), other.play()])
  one.close()
  const [left, played] = await starting
  expect(left).toMatchObject({ status: 'rejected', reason: { code: 'superseded' } })
  expect(played).toMatchObject({ status: 'fulfilled' })
  await timer.advance(1000)
  expect([one.sink.rtp.length, other.sink.rtp.length > 25]).toEqual([0, true])
})

test('LoopedPlayouts keeps nothing for a seat whose viewer was gone before the answer', async () => {
  const { timer, seat } = open()
  const [one, other] = [seat(), seat()]
  await other.play()
  await expect(one.play(undefined, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  await timer.advance(500)
  other.pause()
  const sent = other.sink.rtp.length
  await timer.advance(500)
  expect([one.sink.rtp.length, other.sink.rtp.length]).toEqual([0, sent]) // it rests: nobody plays
  const start = await one.play()
  await timer.advance(100)
  expect(one.sink.ofTrack(0)[0]!.sequenceNumber).toBe(start.tracks[0]!.sequenceNumber)
  expect(other.sink.rtp.length).toBe(sent)
})

test('LoopedPlayouts starts once for two who come together', async () => {
  const { timer, seat } = open()
  const [one, other] = [seat(), seat()]
  await Promise.all([one.play(), other.play()])
  await setImmediate()
  await timer.advance(1000)
  expect(one.sink.rtp).toEqual(other.sink.rtp)
  expect(one.sink.rtp.length).toBeGreaterThan(25)
})
