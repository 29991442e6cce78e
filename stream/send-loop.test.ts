import { expect, test } from 'vitest'
import { PacketQueue } from './packet-queue.ts'
import { packetsOfLoop, sendLoop } from './send-loop.ts'
import { scheduleFacts, scheduleSegment } from './send-schedule.ts'
import type { Outline } from '../protocol/outline.ts'

const FRAMES = 150
const LOOPS = 1000

/** Six seconds of 25 pictures a second, with sound that begins before them by an encoder's priming and lasts beyond. */
function outlineOf(sampleRateHz: number, firstPtsTicks: number, units: number): Outline {
  const frames = Array.from({ length: FRAMES }, (_, index) => ({
    kind: index === 0 ? ('idr' as const) : ('reference' as const),
    ptsTicks: index * 3600,
    dtsTicks: index * 3600,
    nalSizesBytes: [100],
  }))
  const audio = {
    codec: 'mp4a.40.2',
    sampleRateHz,
    channelCount: 2,
    samplesPerFrame: 1024,
    audioSpecificConfigHex: '1210',
  }
  const sound = { firstPtsTicks, sizesBytes: Array.from({ length: units }, () => 200) }
  const segment = { uri: '0.ts', sizeBytes: 1, startSeconds: 0, durationSeconds: 6, frames, audio: sound }
  return { format: 'weir-outline', version: 1, variant: '1', originTicks: 0, audio, segments: [segment], ended: true }
}

for (const { name, outline } of [
  { name: '44.1 kHz with priming', outline: outlineOf(44_100, -2090, 262) },
  { name: '48 kHz that is too long', outline: outlineOf(48_000, 0, 283) },
  { name: '48 kHz that is too short', outline: outlineOf(48_000, 900, 280) },
]) {
  test(`packetsOfLoop keeps picture and sound together over ${LOOPS} loops: ${name}`, () => {
    const { sampleRateHz } = outline.audio!
    const loop = sendLoop(outline)
    const packets = packetsOfLoop(
      scheduleSegment(outline.segments[0]!, { maxRtpBytes: 1100, ...scheduleFacts(outline) }),
      loop,
    )
    const queue = new PacketQueue<(typeof packets)[number]>(outline.audio)
    const pictures: number[] = []
    let [worstMs, backward, soundTicks] = [0, 0, -Infinity]
    for (let loops = 0; loops < LOOPS; loops += 1) {
      queue.add(packets, loops * loop.durationTicks)
      while (loops === LOOPS - 1 ? queue.nextSendMs < Infinity : queue.isFilled) take() // two at hand, as a feed has them
    }

    function take(): void {
      const sendMs = queue.nextSendMs // of sound: its presentation time
      const { packet, mediaTicks } = queue.take()!
      if (packet.trackIndex === 0) return void pictures.push(mediaTicks)
      if (mediaTicks <= soundTicks) backward += 1
      soundTicks = mediaTicks
      worstMs = Math.max(worstMs, Math.abs((mediaTicks / sampleRateHz) * 1000 - sendMs))
    }
    expect(pictures).toEqual(Array.from(pictures, (_, index) => index * 3600))
    expect(pictures.length).toBe(FRAMES * LOOPS)
    expect(backward).toBe(0)
    expect(worstMs).toBeLessThan(22)
  })
}
