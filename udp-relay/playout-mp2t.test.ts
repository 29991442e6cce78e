import { expect, test } from 'vitest'
import { sequenceDistance } from '../protocol/rtp.ts'
import type { PacketBurst } from './burst-writer.ts'
import { Playout } from './playout.ts'
import { rtpFormat } from './rtp-format.ts'
import { SegmentCache } from './segment-cache.ts'
import { CLIP_SECONDS, makePackageClip, presentationOf } from './test-support/package-clip.ts'
import { RecordingSink } from './test-support/recording-sink.ts'
import { VirtualTimer } from './test-support/virtual-timer.ts'

const clip = makePackageClip()
const bytes = Buffer.concat(clip.segments)
const WHOLE_CLIP_MS = CLIP_SECONDS * 1000 + 1000

type Leaving = { readonly atMs: number; readonly scheduledMs: number; readonly ofBurst: number }

/** Takes bursts too, and notes when each packet left. */
class BurstSink extends RecordingSink {
  readonly left: Leaving[] = []
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    super()
    this.#nowMs = nowMs
  }

  sendBurst(trackIndex: number, burst: PacketBurst): void {
    for (const [index, scheduledMs] of burst.scheduledMs.entries()) {
      this.left.push({ atMs: this.#nowMs(), scheduledMs, ofBurst: burst.scheduledMs.length })
      this.send('rtp', trackIndex, burst.packets[index]!, scheduledMs)
    }
  }
}

function open({ isBehindLink = false, earlyMs = 0 } = {}) {
  const timer = new VirtualTimer()
  const sink = new BurstSink(() => timer.nowMs())
  const playout = new Playout({
    presentation: presentationOf(clip),
    segments: new SegmentCache({ maxBytes: 10_000_000 }),
    sink,
    timer,
    random: () => 0.99, // sequence numbers and timestamps that soon wrap
    ...rtpFormat('mp2t', isBehindLink),
    earlyMs,
    withAudio: true,
    onEnded: () => {},
    onFailed: () => {},
  })
  return { playout, sink, timer }
}

const received = ({ rtp }: RecordingSink): Buffer => Buffer.concat(rtp.map(({ payload }) => payload))

test('Playout sends a transport stream as one track, with the very bytes of the segments and one packet that closes them', async () => {
  for (const { isBehindLink, packetsOfPart } of [
    { isBehindLink: false, packetsOfPart: 7 },
    { isBehindLink: true, packetsOfPart: 5 },
  ]) {
    const { playout, sink, timer } = open({ isBehindLink })
    expect(playout.tracks).toMatchObject([{ payloadType: 33, clockRateHz: 90_000, codec: 'mp2t' }])
    await playout.play()
    await timer.advance(WHOLE_CLIP_MS)
    expect(received(sink).subarray(0, -188).equals(bytes)).toBe(true)
    expect(Math.max(...sink.rtp.map(({ payload }) => payload.length))).toBe(packetsOfPart * 188)
    expect(sink.rtp.some(({ marker }) => marker)).toBe(false)
  }
})

test('Playout stamps transport packets with the time of their sending, from the first one told', async () => {
  const { playout, sink, timer } = open()
  const start = await playout.play()
  await timer.advance(WHOLE_CLIP_MS)
  const [first] = sink.rtp
  expect(first).toMatchObject(start.tracks[0]!)
  const errorsMs = sink.rtp.map(({ timestampTicks, scheduledMs }) => {
    return ((timestampTicks - first!.timestampTicks) | 0) / 90 - (scheduledMs - first!.scheduledMs)
  })
  expect(Math.max(...errorsMs.map(Math.abs))).toBeLessThan(0.02) // of a tick
  const lastMs = sink.rtp.at(-1)!.scheduledMs - first!.scheduledMs
  expect(lastMs).toBeGreaterThan(CLIP_SECONDS * 1000 - 100)
  expect(lastMs).toBeLessThan(CLIP_SECONDS * 1000)
})

test('Playout seeks in a transport stream to the start of a segment, where its tables are, and counts on', async () => {
  const { playout, sink, timer } = open()
  await playout.play()
  await timer.advance(300)
  const before = sink.rtp.length
  expect((await playout.play(3.9)).startSeconds).toBe(0) // there is a keyframe at 2 s
  const start = await playout.play(5)
  expect(start.startSeconds).toBe(4)
  await timer.advance(WHOLE_CLIP_MS)
  expect(
    received({ rtp: sink.rtp.slice(before) } as RecordingSink)
      .subarray(0, -188)
      .equals(clip.segments[1]!),
  ).toBe(true)
  const numbers = sink.rtp.map(({ sequenceNumber }) => sequenceNumber)
  expect(numbers.every((number, at) => at === 0 || sequenceDistance(numbers[at - 1]!, number) === 1)).toBe(true)
})

test('Playout lets bursts leave up to 20 ms early and never late, in order, all bytes', async () => {
  const { playout, sink, timer } = open({ earlyMs: 20 })
  await playout.play()
  await timer.advance(WHOLE_CLIP_MS)
  expect(received(sink).subarray(0, -188).equals(bytes)).toBe(true)
  const earlyMs = sink.left.map(({ atMs, scheduledMs }) => scheduledMs - atMs)
  expect(Math.min(...earlyMs)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...earlyMs)).toBeLessThanOrEqual(20)
  expect(sink.left.length).toBe(sink.rtp.length)
  expect(Math.max(...sink.left.map(({ ofBurst }) => ofBurst))).toBeGreaterThan(1)
})
